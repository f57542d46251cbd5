"""A call from its beginning to its end: lanes to look along, and any moment of it to look at."""
