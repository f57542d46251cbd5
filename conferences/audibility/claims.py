"""What may be claimed about a supervisor being heard, before who hears whom is reckoned: never less than may be so."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# What is accepted and sure to settle within this is not yet a doubt worth frightening anybody with.
SETTLES: Final = timedelta(seconds=1)
MONITOR: Final = "monitor"


class Claim(enum.Enum):
    """What to say of a supervisor in or on her way into a call."""

    NOT_SENT = "not sent"  # nothing has been sent that could let anybody hear her
    NOT_CERTAIN = "not certain"  # in which mode she is, nobody knows
    CHANGED_MEANWHILE = "changed meanwhile"  # the join that is under way is not for the mode asked for now
    BEING_MUTED = "being muted"  # a monitor, about to be shown as muted
    RECKONED = "reckoned"  # as who hears whom has it


@dataclass(frozen=True, slots=True)
class OwnMode:
    """A role (monitor, whisper, barge; empty: not known) with the call_control_ids whispered to."""

    role: str
    targets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """What is known of the commands that decide how one supervisor is heard. Times are aware."""

    asked: OwnMode
    requested_at: datetime
    accepted: OwnMode
    accepted_at: datetime | None
    join_sent_at: datetime | None
    is_joining: bool  # the command under way is the join
    is_muted: bool  # accepted with her leg muted
    is_proved: bool  # the participants list agrees
    is_in: bool  # her leg is seen in the conference


def claim(voice: OwnVoice, now: datetime) -> Claim:
    """Return what may be claimed now. Whatever is in doubt is never taken for silence."""
    if voice.join_sent_at is None:
        return Claim.RECKONED if voice.is_in else Claim.NOT_SENT
    if voice.accepted_at is not None and not voice.accepted.role:
        return Claim.NOT_CERTAIN
    if voice.requested_at > voice.join_sent_at and voice.asked != voice.accepted and not voice.is_in:
        return Claim.CHANGED_MEANWHILE
    return Claim.BEING_MUTED if _is_settling(voice, voice.join_sent_at, now) else Claim.RECKONED


def _is_settling(voice: OwnVoice, sent_at: datetime, now: datetime) -> bool:
    """Whether she is about to be, or has just become, a muted monitor, which is still to be confirmed."""
    role = voice.accepted.role or voice.asked.role
    if role != MONITOR or voice.asked.role != role:
        return False
    if voice.accepted_at is None:
        return voice.is_joining and voice.requested_at <= sent_at
    return now - voice.accepted_at < SETTLES and voice.is_muted and not voice.is_proved
