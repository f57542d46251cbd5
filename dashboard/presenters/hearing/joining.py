"""How an audience may join a call, and what keeps everybody from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conferences import policy, roster
from conferences.audibility import Party
from conferences.join_options import JoinOptions
from conferences.models import Conference, Leg, Supervision, full_name
from conferences.policy.listening import rules_of
from dashboard.presenters.audience import Audience


@dataclass(frozen=True, slots=True)
class Action:
    """A mode that this audience may use, with the sentence that names who would hear."""

    role: str
    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A sensitive section that is running: until when, and who began it, which is nobody for the center's system."""

    until: datetime
    by: str


def sensitive_sections(conference: Conference) -> tuple[Sensitive, ...]:
    """Return the sections in which nobody may listen to a live call. Load it with `with_people`."""
    sections = conference.sensitive_sections.all() if conference.is_live else ()
    return tuple(Sensitive(one.until, full_name(one.begun_by) if one.begun_by else "") for one in sections)


def actions_for(
    audience: Audience, people: tuple[Party, ...], conference: Conference, *, running: bool | None
) -> tuple[Action, ...]:
    """Return the modes that this audience may use, quiet to loud."""
    options, rules = JoinOptions.of(conference.queue), rules_of(conference)
    agents = [one.key for one in people if one.kind == Leg.Kind.AGENT and one.present]

    def said(role: str) -> str:
        return roster.preview(people, roster.yourself(role, agents, options), options, running=running)

    return tuple(
        Action(role.value, role.label, said(role.value))
        for role in policy.PERMISSIONS
        if role.value in audience.roles
        and rules.why_not(role.value, is_listening=False) is None
        and (agents or role != Supervision.Role.WHISPER)
    )
