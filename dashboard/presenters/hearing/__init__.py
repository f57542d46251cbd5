"""Who hears whom, drawn and tabled, and everybody of a call in one list."""
