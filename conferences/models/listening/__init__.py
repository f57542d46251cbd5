"""Who listens to which call: supervisions, what rules them, and when nobody may."""
