"""The directory as one file: read, compared line by line with what is there, applied in one go, and written again."""
