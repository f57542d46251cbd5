"""Django admin for the directory, and read-only views of facts and audit."""
