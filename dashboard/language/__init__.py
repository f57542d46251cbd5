"""In which language, and by the clock of which place, each user reads."""
