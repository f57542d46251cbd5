"""Rights in the admin: who may give them, what waits for a second person, and the directory by one right."""
