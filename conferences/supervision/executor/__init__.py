"""Carries a supervision on, and deals with workers that wait too long and phones that nobody took."""
