"""The way back: asks the provider what it knows, compares, and records what differs as facts."""

from conferences.reconciliation.readback import check_again, mark_watched

__all__ = ["check_again", "mark_watched"]
