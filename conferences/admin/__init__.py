"""Django's admin: the directory to edit, and everything recorded of calls to read."""

from conferences.admin import connections, directory, logins, records, site, unknown
from conferences.admin.rights import people

__all__ = ["connections", "directory", "logins", "people", "records", "site", "unknown"]
