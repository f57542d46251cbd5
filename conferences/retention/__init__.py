"""What is kept for how long, and its deletion: class by class, a little at a time, on record."""
