"""A supervision, from what is asked for to the last leg down: the way out to the provider."""
