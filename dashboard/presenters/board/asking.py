"""Agents of a call who ask for help: who, since when, and who answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from conferences.models import Conference, full_name


@dataclass(frozen=True, slots=True)
class Help:
    """An agent asks for help. `taken_by`: whoever answers, by name; empty: nobody yet."""

    pk: UUID
    agent: str
    asked_at: datetime
    reason: str
    taken_by: str


def help_requests(conference: Conference) -> tuple[Help, ...]:
    """Return what agents of a live call ask for, the longest waiting first. Load it with `with_people`."""
    asking = conference.help_requests.all() if conference.is_live else ()
    return tuple(
        Help(one.pk, str(one.agent), one.asked_at, one.reason, full_name(one.taken_by) if one.taken_by else "")
        for one in asking
    )
