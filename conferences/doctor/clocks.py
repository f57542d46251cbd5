"""Whether our clock, the provider's and the webhooks' tell the same time."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

from conferences.doctor.findings import Finding, error, ok, warning

# A webhook signed more than 300 s ago, or ahead, is refused (conferences.telnyx.signature).
NOTICEABLE: Final = 30.0
DANGEROUS: Final = 120.0
_MEND: Final = "Let this server's clock be set by NTP (timedatectl set-ntp true, or chrony)."


def against_provider(ahead: float | None) -> Finding:
    """Judge by how many seconds our clock is ahead of the date the provider's last answer bore."""
    if ahead is None:
        return ok("Clock", "The provider's answers bear no date to compare with.")
    message = f"{_seconds(ahead)} {'ahead of' if ahead > 0 else 'behind'} the provider's."
    return _judge("Clock", ahead, "Within a second or two of the provider's." if abs(ahead) < 3 else message)


def against_webhooks(delays: Sequence[float]) -> Finding:
    """Judge by how many seconds after they happened events were received, each at its first delivery."""
    subject = "Webhook delay"
    if not delays:
        return ok(subject, "No webhooks to judge by.")
    middle = median(delays)
    when = "after" if middle >= 0 else "before"
    return _judge(subject, middle, f"Events arrive {_seconds(middle)} {when} they happen (median of {len(delays)}).")


def _judge(subject: str, off: float, message: str) -> Finding:
    if abs(off) < NOTICEABLE:
        return ok(subject, message)
    if abs(off) < DANGEROUS:
        return warning(subject, f"{message} The screen shows calls late or with wrong times.", _MEND)
    return error(subject, f"{message} At 300 s every webhook is refused.", _MEND)


def _seconds(value: float) -> str:
    return f"{abs(value):.1f} s"
