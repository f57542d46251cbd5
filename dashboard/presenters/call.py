"""A conference as one audience sees it: plain values for templates, numbers already masked, rights already decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from conferences import policy, roster
from conferences.attention import Reason
from conferences.audibility import Party, with_supervisor
from conferences.join_options import JoinOptions
from conferences.models import Conference, Leg, Supervision
from dashboard.presenters.board.asking import Help
from dashboard.presenters.hearing.diagram import Picture, picture
from dashboard.presenters.hearing.entries import Entry, choices, everybody
from dashboard.presenters.hearing.joining import Action, Sensitive
from dashboard.presenters.people import (
    OTHERS,
    Calling,
    Heading,
    Person,
    SupervisorOnCall,
    agents_by_leg,
    heading,
    of_kind,
    unsupervised,
)


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would hear somebody who joined: in a sentence, and everybody as a picture and a table."""

    sentence: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class Call:
    """One conference, ready to be shown."""

    pk: UUID
    conference_id: str
    name: str
    state: str
    status: str
    queue: str
    team: str
    people: tuple[Person, ...]
    supervisors: tuple[SupervisorOnCall, ...]
    actions: tuple[Action, ...]
    started_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None
    end_reason: str
    last_event_at: datetime
    feed: int
    parties: tuple[Party, ...]
    running: bool | None
    policy: JoinOptions  # how one joins it unless somebody chooses otherwise
    drift: str
    drift_at: datetime | None
    is_unassigned: bool = False  # recognised for no team
    is_in_scope: bool = True  # an agent or queue of this audience's teams is in it now
    kept_out: str = ""  # by policy, from every mode
    asks_reason: bool = False  # of whoever wants to listen
    sensitive: tuple[Sensitive, ...] = ()  # nobody may listen while one of them is running
    may_end: bool = False  # others' supervisions, and so to have nobody listen for a while
    calling: tuple[Calling, ...] = ()  # agents whose phones ring for it
    past_participants: tuple[Person, ...] = ()  # of a call that has ended: everybody who was in it
    queue_pk: int | None = None
    help: tuple[Help, ...] = ()  # its agents who ask for it
    reasons: tuple[Reason, ...] = ()  # why it needs attention, now or in time

    @property
    def heading(self) -> Heading:
        """What it is called by those in it, or who were in it before it ended."""
        return heading(self.people or self.past_participants)

    @property
    def row_agents(self) -> tuple[Person, ...]:
        """The agents to name on the row: those in the call, or who were in it before it ended."""
        return self.agents or of_kind(self.past_participants, Leg.Kind.AGENT)

    @property
    def row_others(self) -> tuple[Person, ...]:
        """Likewise the customers and those not identified."""
        return self.others or of_kind(self.past_participants, *OTHERS)

    @property
    def agents(self) -> tuple[Person, ...]:
        return of_kind(self.people, Leg.Kind.AGENT)

    @property
    def others(self) -> tuple[Person, ...]:
        """Customers and legs that are not known yet."""
        return of_kind(self.people, *OTHERS)

    @property
    def systems(self) -> tuple[Person, ...]:
        """The center's own machines in the call: nobody, though they may hear."""
        return of_kind(self.people, Leg.Kind.SYSTEM)

    @property
    def other_supervisor_legs(self) -> tuple[Person, ...]:
        """Supervisors' legs in the call that belong to no supervision of ours."""
        return unsupervised(self.people, self.supervisors)

    @property
    def everybody(self) -> tuple[Entry, ...]:
        """All who are to be listed, in the order of the call's page."""
        return everybody(self.people, self.calling, self.supervisors, self.past_participants)

    def choices(self, ticked: Collection[str] = ()) -> tuple[Entry, ...]:
        """Return those in the call as the form lists them, `ticked` being the legs to whisper to."""
        return choices(self.everybody, self.parties, self.running, ticked)

    @property
    def is_sensitive_for_people(self) -> bool:
        """Whether somebody, and not the center's system, began a section that is running."""
        return any(one.by for one in self.sensitive)

    @property
    def may_answer(self) -> bool:
        """Whether this audience may whisper here, and so answer whoever asks for help."""
        return any(one.role == Supervision.Role.WHISPER for one in self.actions)

    @property
    def is_live(self) -> bool:
        return self.state != Conference.State.COMPLETED

    @property
    def picture(self) -> Picture:
        """Who hears whom, as a table and a drawing."""
        return picture(self.parties, self.running)

    def hearing(self, call_control_id: str, role: str) -> str:
        """Say who hears the supervisor on this leg, who was in the call and may still be."""
        if not any(one.key == call_control_id for one in self.parties):
            return gettext("Nobody hears you: you are not in the call.")
        return roster.heard(self.parties, call_control_id, role, running=self.running)

    def is_in(self, call_control_id: str) -> bool:
        return any(one.key == call_control_id and one.present for one in self.parties)

    def will_hear(self, supervision: Supervision, role: str = "") -> str:
        """Say who will hear the supervisor once that is in force: the mode asked for, or `role`."""
        role, targets, leg = (
            role or supervision.requested_role,
            supervision.requested_targets,
            supervision.call_control_id,
        )
        options = supervision.join_options
        you = roster.yourself(role, targets, options, leg=leg or roster.YOU)
        return roster.preview(self.parties, you, options, running=self.running, later=True)

    def preview(self, role: str, targets: Iterable[str], options: JoinOptions | None = None) -> Preview:
        """What would be so once somebody has joined in this role, whispering to those of `targets` who are agents.

        `options`: how they join, other than by the queue's policy.
        """
        agents = frozenset(agents_by_leg(self.people))
        options = options or self.policy
        you = replace(roster.yourself(role, agents & {*targets}, options), name=gettext("You"))
        if role == Supervision.Role.WHISPER and not you.targets:
            return Preview(gettext(policy.NOBODY_CHOSEN if agents else policy.NOBODY_THERE), self.picture)
        said = roster.preview(self.parties, you, options, running=self.running)
        people = with_supervisor(self.parties, you, muted=options.mute)
        return Preview(said, picture(people, self.running))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The digits of the telephone numbers that this audience may read in full on the row."""
        labels = (one.label for one in self.people if one.label.startswith("+") and "•" not in one.label)
        return tuple("".join(filter(str.isdigit, label)) for label in labels)

    @property
    def text(self) -> str:
        """Everything on the row that a search may find, in lower case."""
        words = [
            self.name,
            self.queue,
            self.team,
            *(one.label for one in self.people),
            *(one.name for one in self.calling),
        ]
        return " ".join([*words, *(one.name for one in self.supervisors)]).lower()
