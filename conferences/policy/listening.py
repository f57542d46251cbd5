"""What the policies of a call's queue and teams allow now, whoever asks: kinds, for buttons and actions alike."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, Model

from conferences import clock
from conferences.join_options import JoinOptions
from conferences.models import (
    Agent,
    Conference,
    ListeningPolicy,
    Participant,
    ProtectedNumber,
    Queue,
    Supervision,
    Team,
)

Role = Supervision.Role
AUDIBLE: Final = (Role.WHISPER, Role.BARGE, Role.NONE)


class Refusal(enum.StrEnum):
    """Why a mode may not be taken now, although the right is there."""

    SENSITIVE = "sensitive"
    PROTECTED = "protected"
    NOTICE = "notice"
    MODE = "mode"
    MONITOR_FIRST = "monitor_first"
    AUDIBLE = "audible"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Rules:
    """All that policies say of one call, the strictest of each. `longest`: None where only the call's end ends it."""

    modes: frozenset[str] = frozenset(Role.values)
    protected: bool = False
    lacks_notice: bool = False
    notice_version: int = 0
    agents_told: bool = False
    monitor_first: bool = False
    reason_required: bool = False
    reasons: tuple[str, ...] = ()
    most_audible: int | None = None
    longest: timedelta | None = None

    def why_not(self, role: str, *, is_listening: bool, others: Collection[str] = ()) -> Refusal | None:
        """Return why that mode may not be taken, or None.

        `is_listening`: whether she is in the call already; `others`: the modes of the other supervisors in it.
        """
        if self.protected:
            return Refusal.PROTECTED
        if self.lacks_notice:
            return Refusal.NOTICE
        if role not in self.modes:
            return Refusal.MODE
        if role not in AUDIBLE:
            return None
        if self.monitor_first and not is_listening:
            return Refusal.MONITOR_FIRST
        heard = sum(one in AUDIBLE for one in others)
        return Refusal.AUDIBLE if self.most_audible is not None and heard >= self.most_audible else None

    def accepts(self, reason: str) -> bool:
        """Return whether that reason will do."""
        return not self.reason_required or (reason in self.reasons if self.reasons else bool(reason.strip()))


FREE: Final = Rules()


def rules_of(conference: Conference) -> Rules:
    """Return what rules a call loaded `with_people`. Asks the database nothing."""
    participants = [one for one in conference.participants.all() if one.state != Participant.State.LEFT]
    agents = {agent.pk: agent for one in participants for agent in one.leg.agents}.values()
    protected = any(agent.is_protected for agent in agents) or any(one.is_protected for one in participants)
    teams = {team.pk: team for team in [agent.team for agent in agents]}
    if conference.queue is not None:
        teams[conference.queue.team_id] = conference.queue.team
    policies = [found for one in (conference.queue, *teams.values()) if one is not None and (found := _policy(one))]
    rules = _strictest(policies, protected=protected)
    return replace(rules, agents_told=_are_told(conference.queue, teams.values())) if policies else rules


def terms_of(supervision: Supervision) -> dict[str, object]:
    """Return on which terms somebody listens from now on: what policy says of the call, and the beep as it is sent."""
    rules = rules_now(supervision.conference)
    return {
        "agents_told": rules.agents_told,
        "notice_version": rules.notice_version,
        "beep": supervision.join_options.beep_enabled,
    }


def options_of(queue: Queue | None) -> JoinOptions:
    """Return how supervisors join a queue's calls: as it says itself, with the beep of its policy or of its team's."""
    options = JoinOptions.of(queue)
    found = [_policy(queue), _policy(queue.team)] if queue is not None else []
    beep = next((one.beep for one in found if one is not None and one.beep), "")
    return replace(options, beep_enabled=beep) if beep else options


def _are_told(queue: Queue | None, teams: Collection[Team]) -> bool:
    """Whether agents are told: by the queue's word, else by that of every team in the call."""
    own = _policy(queue) if queue is not None else None
    if own is not None and own.agents_told is not None:
        return own.agents_told
    found = [_policy(one) for one in teams]
    return bool(found) and all(one is not None and bool(one.agents_told) for one in found)


def rules_of_agent(agent: Agent) -> Rules:
    """Return what rules every call of an agent's, whatever its queue: her protection, and her team's policy.

    Notice may be given by a queue as well, so that of her team alone keeps nobody out. Load her `with_team`.
    """
    found = _policy(agent.team)
    return replace(_strictest([found] if found else [], protected=agent.is_protected), lacks_notice=False)


def refusals(conference: Conference, mine: Supervision | None = None) -> dict[str, Refusal]:
    """Return the modes that may not be taken now, and why, in a call loaded `with_people`.

    `mine`: the supervision of whoever asks, where that is in this call; none of her own modes is held against her.
    """
    rules, now = rules_of(conference), clock.now()
    if any(one.until > now for one in conference.sensitive_sections.all()):
        return dict.fromkeys(Role.values, Refusal.SENSITIVE)
    if rules is FREE:
        return {}
    running = [one for one in conference.supervisions.all() if one.ended_at is None and one.is_active and one != mine]
    is_listening = mine is not None and mine.is_active and mine.joined_at is not None and bool(mine.accepted_role)
    others = [one.requested_role for one in running]
    found = {role: rules.why_not(role, is_listening=is_listening, others=others) for role in Role.values}
    return {role: why for role, why in found.items() if why is not None}


def rules_now(conference: Conference) -> Rules:
    """Return what rules a call as of now, however it is loaded."""
    return rules_of_all([conference])[conference.pk]


def rules_of_all(conferences: Iterable[Conference]) -> dict[UUID, Rules]:
    """Return the same of each of these, by their keys."""
    rules: dict[UUID, Rules] = dict.fromkeys([one.pk for one in conferences], FREE)
    if settings.LISTENING_NOTICE_REQUIRED or _is_anything_ruled(rules):
        rules |= {one.pk: rules_of(one) for one in Conference.objects.with_people().filter(pk__in=rules)}
    return rules


def _is_anything_ruled(conferences: Iterable[UUID]) -> bool:
    """Whether there is a policy or a protection at all, whatever it is about: of most centers one query."""
    ruled = (ListeningPolicy.objects.all(), Agent.objects.filter(is_protected=True), ProtectedNumber.objects.all())
    some = Conference.objects.filter(pk__in=[*conferences][:1])
    return any(map(any, some.order_by().values_list(*(Exists(one) for one in ruled))))


def _policy(one: Model) -> ListeningPolicy | None:
    return getattr(one, "listening_policy", None)


def _strictest(policies: list[ListeningPolicy], *, protected: bool) -> Rules:
    confirmed = [one.notice_version for one in policies if one.has_notice]
    lacks_notice = settings.LISTENING_NOTICE_REQUIRED and not confirmed
    if not policies:
        return Rules(protected=protected, lacks_notice=lacks_notice) if protected or lacks_notice else FREE
    modes = (Role.MONITOR, Role.WHISPER, Role.BARGE)
    off = {role for role in modes if not all(getattr(one, role.value) for one in policies)}
    if Role.BARGE in off:
        off.add(Role.NONE)  # as loud, and to the provider the same
    lines = [line.strip() for one in policies if one.reason_required for line in one.reasons.splitlines()]
    asking = [one for one in policies if one.reason_required]
    audible = [one.most_audible for one in policies if one.most_audible is not None]
    minutes = [one.longest_minutes for one in policies if one.longest_minutes is not None]
    return Rules(
        modes=frozenset(Role.values) - off,
        protected=protected,
        lacks_notice=lacks_notice,
        notice_version=max(confirmed, default=0),
        monitor_first=any(one.monitor_first for one in policies),
        reason_required=bool(asking),
        reasons=tuple(dict.fromkeys(filter(None, lines))),
        most_audible=min(audible, default=None),
        longest=timedelta(minutes=min(minutes)) if minutes else None,
    )
