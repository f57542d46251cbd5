"""Deleting what has been kept for its time, and what is known of one person."""
