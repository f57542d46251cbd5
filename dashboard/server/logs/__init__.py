"""What the logs say: one line per event, with one id all the way, and without secrets."""
