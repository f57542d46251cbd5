"""What may be submitted, and what is said of what may not."""
