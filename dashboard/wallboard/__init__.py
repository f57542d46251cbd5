"""Screens on walls: what is counted for them, how it is shown and pushed, and how a screen is opened by its token."""
