"""The stand-in over real HTTP or in process."""
