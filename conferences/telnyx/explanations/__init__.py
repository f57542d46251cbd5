"""What the provider refuses or reports, in sentences for the supervisor and the administrator."""
