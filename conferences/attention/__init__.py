"""Which calls need a supervisor's eyes, and why: reasons with the moments from which they count. Pure."""

from conferences.attention.limits import DEFAULTS, InvalidLimits, Limit, Limits
from conferences.attention.reasons import RANK, Kind, Level, Reason, Watched, reasons, weight

__all__ = [
    "DEFAULTS",
    "RANK",
    "InvalidLimits",
    "Kind",
    "Level",
    "Limit",
    "Limits",
    "Reason",
    "Watched",
    "reasons",
    "weight",
]
