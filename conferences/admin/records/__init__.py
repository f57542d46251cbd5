"""What is recorded of calls, in the admin: to read, with customers' numbers kept from those who may not see them."""

from conferences.admin.records import audit, calls, facts, supervisions

__all__ = ["audit", "calls", "facts", "supervisions"]
