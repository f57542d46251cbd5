"""The people of a call as one audience sees them: those in it, its supervisors, and whose phones ring for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext

from conferences.models import Conference, Leg, Participant, Supervision
from conferences.roster import name_on, supervisor_name
from conferences.wording.calls import doing_words, with_words
from conferences.wording.lists import either, first_of

MOST_NAMES: Final = 3
OTHERS: Final = (Leg.Kind.CUSTOMER, Leg.Kind.UNKNOWN)  # whom agents talk to


@dataclass(frozen=True, slots=True)
class Person:
    """One leg in a conference. None for muted and on_hold: not known."""

    call_control_id: str
    kind: str
    label: str
    role: str
    muted: bool | None
    on_hold: bool | None
    phone_hold: bool
    joined_at: datetime | None
    waits_since: datetime | None = None  # for an agent, as long as none has come
    detail: str = ""
    shared: bool = False  # a phone of several, at which nobody has signed in
    muted_since: datetime | None = None
    held_since: datetime | None = None
    agent: int | None = None  # of the directory, where it is surely one
    holds: int = 0  # how often it was put on hold, by whoever's button

    @property
    def held(self) -> bool:
        return bool(self.on_hold) or self.phone_hold


@dataclass(frozen=True, slots=True)
class SupervisorOnCall:
    """One supervisor on a conference: who, how, toward whom, and how far that has come. No role: it is not certain."""

    name: str
    role: str
    targets: tuple[str, ...]
    state: str
    state_label: str
    since: datetime | None
    pk: UUID | None = None  # of the supervision, for those who may end it
    leg: Person | None = None  # None until the supervisor's leg is in the conference

    @property
    def progress(self) -> str:
        """How far this has come, as a colleague should read it; empty for a supervisor who is in the call."""
        if self.state == Supervision.State.JOINED:
            return ""
        return gettext("leaving") if self.state == Supervision.State.LEAVING else gettext("being connected")

    @property
    def phrase(self) -> str:
        """Such as "Marta whispers to Luis and Ana"."""
        return doing_words(self.name, self.role, first_of(self.targets, MOST_NAMES) if self.targets else "")


@dataclass(frozen=True, slots=True)
class Calling:
    """An agent's phone that rings for the call, and since when."""

    name: str
    since: datetime | None


def phone_ringing(leg: Leg) -> Calling:
    """Return the agent's phone that this leg lets ring."""
    return Calling(either([agent.name for agent in leg.agents]), leg.started_at)


def person_for(participant: Participant, supervisions: list[Supervision], *, numbers: bool) -> Person:
    """Return the person on a leg in a conference; `numbers`: a number as name in full."""
    leg = participant.leg
    supervision = next((one for one in supervisions if one.call_control_id == leg.call_control_id), None)
    return Person(
        call_control_id=leg.call_control_id,
        kind=leg.kind,
        label=name_on(leg, supervision, numbers=numbers),
        role=participant.role,
        muted=participant.muted,
        on_hold=participant.on_hold,
        phone_hold=leg.phone_hold,
        joined_at=participant.joined_at,
        waits_since=participant.waits_since,
        detail=_detail(leg),
        agent=leg.agents[0].pk if len(leg.agents) == 1 else None,
        shared=len(leg.agents) > 1,
        muted_since=participant.muted_at,
        held_since=min((at for at in (participant.on_hold_at, leg.phone_hold_at) if at), default=None),
        holds=participant.holds + leg.phone_holds,
    )


def past_participants(conference: Conference, *, numbers: bool) -> tuple[Person, ...]:
    """Return everybody who was in a conference that has ended; nothing is claimed of their mute or hold."""
    participants = sorted(conference.participants.all(), key=lambda one: one.pk)
    came = list(conference.supervisions.all())
    people = (person_for(participant, came, numbers=numbers) for participant in participants)
    return tuple(replace(one, muted=None, on_hold=None, phone_hold=False) for one in people)


def _detail(leg: Leg) -> str:
    teams = either(list(dict.fromkeys(one.team.name for one in leg.agents)))
    return gettext("{teams}, a shared phone").format(teams=teams) if len(leg.agents) > 1 else teams


def supervisor_on_call(supervision: Supervision, people: tuple[Person, ...], *, may_end: bool) -> SupervisorOnCall:
    """Return the supervisor of a supervision, as everybody who sees the call reads of it."""
    agents = agents_by_leg(people)
    leg = next((one for one in people if one.call_control_id == supervision.call_control_id), None)
    role = supervision.accepted_role or supervision.requested_role
    targets = supervision.accepted_targets if supervision.accepted_role else supervision.requested_targets
    if supervision.accepted_at is not None and not supervision.is_role_known:
        role, targets = "", []
    return SupervisorOnCall(
        name=supervisor_name(supervision),
        role=role,
        targets=tuple(agents.get(target) or gettext("an agent who left") for target in targets),
        state=supervision.state,
        state_label=supervision.get_state_display(),
        since=supervision.joined_at,
        pk=supervision.pk if may_end and supervision.is_active else None,
        leg=leg,
    )


def of_kind(people: Iterable[Person], *kinds: str) -> tuple[Person, ...]:
    """Return those of these kinds."""
    return tuple(one for one in people if one.kind in kinds)


def agents_by_leg(people: Iterable[Person]) -> dict[str, str]:
    """Return the agents' names, by the legs that may be whispered to."""
    return {one.call_control_id: one.label for one in of_kind(people, Leg.Kind.AGENT)}


@dataclass(frozen=True, slots=True)
class Heading:
    """What a call is called by those in it, such as "Ana R. with +34 ••• ••12": agents, and whom they talk to."""

    agents: tuple[str, ...]
    others: tuple[str, ...]

    def __str__(self) -> str:
        return with_words(first_of(self.agents, MOST_NAMES), first_of(self.others, MOST_NAMES))


def heading(people: Iterable[Person]) -> Heading:
    """Return what a call is called by these people; as text it is empty where nobody is."""
    people = list(people)
    agents = dict.fromkeys(short_name(one.label) for one in of_kind(people, Leg.Kind.AGENT))
    return Heading(tuple(agents), tuple(dict.fromkeys(one.label for one in of_kind(people, *OTHERS))))


def short_name(name: str) -> str:
    """Return a person's name as a heading has it: "Ana Ruiz" as "Ana R.", and any other as it is."""
    first, _, last = name.strip().rpartition(" ")
    return f"{first} {last[0]}." if first and " " not in first and last[0].isalpha() else name


def unsupervised(people: Iterable[Person], supervisors: Iterable[SupervisorOnCall]) -> tuple[Person, ...]:
    """Return supervisors' legs that belong to no supervision of ours."""
    known = {one.leg for one in supervisors}
    return tuple(one for one in of_kind(people, Leg.Kind.SUPERVISOR) if one not in known)


def status_of(conference: Conference, people: tuple[Person, ...]) -> str:
    """Return the row's state in a word, from what is in the conference now."""
    if not conference.is_live:
        return "Ended"
    agents, others = of_kind(people, Leg.Kind.AGENT), of_kind(people, *OTHERS)
    if conference.state == Conference.State.INIT:
        return "Waiting to start"
    if any(one.held for one in others) or (agents and all(one.held for one in agents)):
        return "On hold"
    if not agents:
        return "No agent" if others else "Nobody left"
    return "Talking" if others else "No customer"


def team_of(conference: Conference) -> str:
    """Return the team of its queue; of one that has ended, those it was of, should the queue be another's since."""
    if conference.queue is None:
        return ""
    kept = {} if conference.is_live else {team.pk: team.name for team in conference.teams_then.all()}
    return conference.queue.team.name if not kept or conference.queue.team_id in kept else ", ".join(kept.values())
