"""An agent as one audience sees her: every live leg of hers, in a conference or not, as plain values for templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from conferences.models import Agent, Leg, Participant, Supervision
from conferences.policy.listening import rules_of_agent
from conferences.roster import name_of, shown
from conferences.wording.calls import state_words
from dashboard.presenters.audience import Audience
from dashboard.presenters.call import Call
from dashboard.presenters.people import SupervisorOnCall
from dashboard.presenters.rows.agent_rows import Roster

Calls = Callable[[UUID], Call | None]  # by a conference's key, as one audience sees it

IDLE, RINGING, OUTSIDE, UNKNOWN = "Idle", "Ringing", "In no conference", "Not known"
IN_TWO: Final = "In two calls"
WRAPPING_UP: Final = "Wrapping up"
WORDS: Final = ("Talking", "On hold", "Muted", RINGING, OUTSIDE, IN_TWO, WRAPPING_UP, IDLE)
CALLS_OUT: Final = "calls out"
NOT_JOINABLE: Final = _("not in a conference: cannot be joined")
BEFORE_ANSWER: Final = (RINGING, UNKNOWN)
_NO_TIME: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class AgentLeg:
    """One live leg. `call` is the conference it is in; `calling`: the one for which it rings, if that is known."""

    call_control_id: str
    status: str
    since: datetime | None
    placed: str  # "calls out", "called", "calls in"; empty: not known
    people: tuple[str, ...]  # the others, as they may be shown
    call: Call | None
    calling: Call | None
    supervisors: tuple[SupervisorOnCall, ...]
    muted: bool | None
    on_hold: bool | None
    others: tuple[str, ...]  # who else may be on it: a shared phone, at which nobody has signed in

    @property
    def is_ringing(self) -> bool:
        return self.status == RINGING

    @property
    def lead(self) -> str:
        """What goes before the names of `people`, or says why there are none."""
        if self.call is not None:
            return "" if self.people else gettext("nobody else in the call")
        if self.placed == CALLS_OUT and self.people:
            return gettext("calls")
        if self.is_ringing:
            return gettext("rings for") if self.people else gettext("rings; for whom is not known")
        return gettext("in the same call as") if self.people else gettext("with whom is not known")

    @property
    def reason(self) -> str:
        """Why it cannot be joined; empty where its conference says that itself."""
        return gettext(NOT_JOINABLE) if self.call is None else ""


@dataclass(frozen=True, slots=True)
class LastCall:
    """The last call she was in: when she left it, how long she was in it, and its queue where that may be shown."""

    left_at: datetime
    lasted: timedelta | None
    queue: str


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent, ready to be shown. `is_sure`: it is certainly she who is on these legs.

    `calls` are those of today that she has left, `talked` is the time in them; `may_follow`: this audience may ask to
    join her next call, `asks_reason`: saying why.
    """

    pk: int
    name: str
    team: str
    status: str
    since: datetime | None
    legs: tuple[AgentLeg, ...]
    is_sure: bool
    last: LastCall | None = None
    calls: int = 0
    talked: timedelta = timedelta(0)
    may_follow: bool = False
    asks_reason: bool = False
    reasons: tuple[str, ...] = ()  # to choose from; none: whatever she writes

    @property
    def supervisors(self) -> tuple[SupervisorOnCall, ...]:
        return tuple(one for leg in self.legs for one in leg.supervisors)

    @property
    def label(self) -> str:
        """The state as it is to be read."""
        count = len(_answered(self.legs))
        said = ngettext("In {count} call", "In {count} calls", count) if count > 2 else state_words(self.status)
        said = said.format(count=count)
        return said if self.is_sure else gettext("Perhaps: {state}").format(state=said)


def row_id(pk: int) -> str:
    return f"agent-{pk}"


def row_for(audience: Audience, found: Roster, agent: Agent, calls: Calls) -> AgentRow:
    """Return the agent as this audience sees her. She must be of its teams. `calls`: those that it may see."""
    legs = tuple(_leg(audience, found, agent, one, calls) for one in found.legs.get(agent.pk, ()))
    status, since = _state(legs) if legs else _without_call(found, agent)
    rules = rules_of_agent(agent)
    return AgentRow(
        pk=agent.pk,
        name=agent.name,
        team=agent.team.name,
        status=status,
        since=since,
        legs=legs,
        is_sure=not any(one.others for one in legs),
        last=_last(audience, found.last.get(agent.pk)),
        calls=found.today.get(agent.pk, (0, _NO_TIME))[0],
        talked=found.today.get(agent.pk, (0, _NO_TIME))[1],
        may_follow=Supervision.Role.MONITOR.value in audience.roles
        and rules.why_not(Supervision.Role.MONITOR, is_listening=False) is None,
        reasons=rules.reasons,
        asks_reason=rules.reason_required,
    )


def _last(audience: Audience, participant: Participant | None) -> LastCall | None:
    if participant is None or participant.left_at is None:
        return None
    queue = participant.conference.queue
    name = queue.name if queue is not None and queue.team_id in audience.teams else ""
    return LastCall(
        participant.left_at, participant.left_at - participant.joined_at if participant.joined_at else None, name
    )


def _state(legs: tuple[AgentLeg, ...]) -> tuple[str, datetime | None]:
    """The row's state in a word, with the time of that: of an answered leg before one that rings."""
    answered = _answered(legs)
    if len(answered) > 1:
        return IN_TWO, max((one.since for one in answered if one.since), default=None)
    first = next(iter(answered or [one for one in legs if one.is_ringing] or legs))
    return first.status, first.since


def _without_call(found: Roster, agent: Agent) -> tuple[str, datetime | None]:
    if agent.pk in found.wrapping:
        return WRAPPING_UP, found.wrapping[agent.pk]
    return IDLE, found.left_at.get(agent.pk)


def _answered(legs: tuple[AgentLeg, ...]) -> list[AgentLeg]:
    return [one for one in legs if one.status not in BEFORE_ANSWER]


def _leg(audience: Audience, found: Roster, agent: Agent, leg: Leg, calls: Calls) -> AgentLeg:
    participant = found.participants.get(leg.pk)
    call = calls(participant.conference_id) if participant else None
    session = [] if participant else [one for one in found.sessions.get(leg.call_session_id, []) if one.pk != leg.pk]
    calling = _called_for(found, session, calls)
    status = _status(leg, participant, call)
    return AgentLeg(
        call_control_id=leg.call_control_id,
        status=status,
        since=_since(leg, participant, status),
        placed=_placed(leg),
        people=_people(call, leg) if participant else _outside(audience, found, leg, session, calling),
        call=call,
        calling=calling,
        supervisors=call.supervisors if call else (),
        muted=participant.muted if participant else None,
        on_hold=leg.phone_hold or (participant.on_hold if participant else None),
        others=tuple(one.name for one in found.on[leg.pk] if one.pk != agent.pk),
    )


def _called_for(found: Roster, session: list[Leg], calls: Calls) -> Call | None:
    """The call whose session the leg shares, where this audience may see it."""
    participants = (found.participants[leg.pk] for leg in session if leg.pk in found.participants)
    return next((call for one in participants if (call := calls(one.conference_id)) is not None), None)


def _people(call: Call | None, leg: Leg) -> tuple[str, ...]:
    """Everybody else who is in it, supervisors apart."""
    apart = Leg.Kind.SUPERVISOR
    people = call.people if call else ()
    return tuple(one.label for one in people if one.call_control_id != leg.call_control_id and one.kind != apart)


def _outside(audience: Audience, found: Roster, leg: Leg, session: list[Leg], calling: Call | None) -> tuple[str, ...]:
    """Whom a leg in no conference is about: whom she calls, or the customers of the call session it belongs to."""
    if calling is not None:
        return tuple(one.label for one in calling.others)
    if leg.is_dialled_out:
        return (shown(leg.to_address, numbers=audience.numbers),) if leg.to_address else ()
    apart = (Leg.Kind.SUPERVISOR, Leg.Kind.SYSTEM)
    alone = (one for one in session if one.kind not in apart and one.pk not in found.participants)
    return tuple(name_of(one, numbers=audience.numbers) for one in alone)


def _placed(leg: Leg) -> str:
    if leg.is_dialled_out:
        return CALLS_OUT
    return {"outgoing": "called", "incoming": "calls in"}.get(leg.direction, "")


def _status(leg: Leg, participant: Participant | None, call: Call | None) -> str:
    if leg.state == Leg.State.INITIATED:
        return RINGING
    if participant is None:
        return OUTSIDE if leg.state == Leg.State.ANSWERED else UNKNOWN
    if leg.phone_hold or participant.on_hold:
        return "On hold"
    if participant.muted:
        return "Muted"
    return _word_of(call)


def _word_of(call: Call | None) -> str:
    """The state of a leg that is in it, neither muted nor on hold itself."""
    return "Talking" if call is None or call.status == "No agent" else call.status


def _since(leg: Leg, participant: Participant | None, status: str) -> datetime | None:
    own = {RINGING: leg.started_at, "Muted": participant.muted_at if participant else None}
    own["On hold"] = leg.phone_hold_at if leg.phone_hold else participant.on_hold_at if participant else None
    if own.get(status):
        return own[status]
    return (participant.joined_at if participant else None) or leg.answered_at or leg.started_at
