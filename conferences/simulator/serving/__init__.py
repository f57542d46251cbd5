"""The stand-in over real HTTP, in process, or in real time with a story running."""
