"""Django's admin: the directory to edit, and everything recorded of calls to read."""

from conferences.admin import audit, calls, connections, directory, facts, site, supervision, unknown

__all__ = ["audit", "calls", "connections", "directory", "facts", "site", "supervision", "unknown"]
