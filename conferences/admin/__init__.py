"""Django's admin: the directory to edit, and everything recorded of calls to read."""

from conferences.admin import connections, directory, logins, records, site, unknown

__all__ = ["connections", "directory", "logins", "records", "site", "unknown"]
