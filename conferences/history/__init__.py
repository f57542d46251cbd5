"""A call as it was at any moment: the same fold stopped earlier, with what could not be known left unknown."""
