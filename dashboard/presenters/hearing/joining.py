"""How an audience may join a call, and what keeps everybody from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from conferences import policy, roster
from conferences.audibility import Party
from conferences.join_options import JoinOptions
from conferences.models import Conference, Leg, Supervision, full_name
from conferences.policy.listening import Refusal, refusals
from conferences.wording.refusals import refusal_words
from dashboard.language.remembering import by_language
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
    audience: Audience,
    people: tuple[Party, ...],
    options: JoinOptions,
    refused: Collection[str],
    *,
    running: bool | None,
) -> tuple[Action, ...]:
    """Return the modes that this audience may use, quiet to loud. `refused`: those that policy does not allow now."""
    agents = tuple(one.key for one in people if one.kind == Leg.Kind.AGENT and one.present)
    return tuple(
        Action(role.value, str(role.label), _said(role.value, people, agents, options, running))
        for role in policy.PERMISSIONS
        if role.value in audience.roles and role.value not in refused and (agents or role != Supervision.Role.WHISPER)
    )


@by_language
def _said(
    role: str, people: tuple[Party, ...], agents: tuple[str, ...], options: JoinOptions, running: bool | None
) -> str:
    return roster.preview(people, roster.yourself(role, agents, options), options, running=running)


def kept_out(audience: Audience, refused: Mapping[str, Refusal]) -> str:
    """Return why policy allows none of this audience's modes in a call now; empty where it allows one."""
    hers = [role.value for role in policy.PERMISSIONS if role.value in audience.roles]
    return refusal_words(refused[hers[0]]) if hers and all(role in refused for role in hers) else ""


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode as a form or the bar lists it; `why_not`: the sentence, where policy does not allow it now."""

    value: str
    label: str
    why_not: str = ""


def modes(roles: Iterable[Supervision.Role], conference: Conference, mine: Supervision | None = None) -> list[Mode]:
    """Return these modes for a call loaded `with_people`, for whoever has `mine` in it: hers and quieter ones stay."""
    refused = refusals(conference, mine)
    free = {role for role in roles if mine and (role == mine.requested_role or mine.would_be_quieter(role, ()))}
    return [
        Mode(role.value, str(role.label), refusal_words(refused[role]) if role in refused and role not in free else "")
        for role in roles
    ]
