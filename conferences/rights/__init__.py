"""Rights that somebody gives: in force at once, or once a second person confirms them where that is asked for."""
