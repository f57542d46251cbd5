"""Whom the demo is about: the people of a fictitious contact center, and the stories they live through."""
