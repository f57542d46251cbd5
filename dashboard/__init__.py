"""What a supervisor sees, and the project that serves it."""
