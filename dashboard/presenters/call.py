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
from conferences.policy.listening import options_of, rules_of
from dashboard.presenters.audience import Audience
from dashboard.presenters.board.asking import Help, help_requests
from dashboard.presenters.board.attention import reasons_for
from dashboard.presenters.hearing.diagram import Picture, picture
from dashboard.presenters.hearing.entries import Entry, choices, everybody
from dashboard.presenters.hearing.joining import Action, Sensitive, actions_for, kept_out, sensitive_sections
from dashboard.presenters.people import (
    OTHERS,
    Calling,
    Person,
    SupervisorOnCall,
    agents_by_leg,
    of_kind,
    past_participants,
    person_for,
    phone_ringing,
    status_of,
    supervisor_on_call,
    team_of,
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


def name_for(audience: Audience, conference: Conference) -> str:
    """Return what a conference is called, as this audience may read it: it may be named after a caller's number."""
    return conference.title if audience.numbers else str(conference)


def call_for(audience: Audience, conference: Conference) -> Call:
    """Return the conference as this audience sees it. Load it with `with_people`."""
    supervisions = [one for one in conference.supervisions.all() if one.ended_at is None and not one.is_between]
    people = tuple(person_for(audience, stay, supervisions) for stay in conference.present())
    parties, running = roster.parties(conference, numbers=audience.numbers), roster.is_running(conference)
    agents = agents_by_leg(people)
    policy_of_queue = options_of(conference.queue)
    is_in_scope = policy.is_in_it(audience.scope, conference)
    sensitive = sensitive_sections(conference)
    return Call(
        pk=conference.pk,
        conference_id=conference.conference_id,
        name=name_for(audience, conference),
        state=conference.state,
        status=status_of(conference, people),
        reasons=reasons_for(conference, people),
        help=help_requests(conference),
        queue_pk=conference.queue_id,
        queue=conference.queue.name if conference.queue else "",
        team=team_of(conference),
        people=people,
        supervisors=tuple(supervisor_on_call(one, agents, people, may_end=audience.may_end) for one in supervisions),
        actions=actions_for(audience, parties, conference, running=running)
        if conference.is_live and is_in_scope and not sensitive
        else (),
        kept_out=kept_out(audience, conference) if conference.is_live and is_in_scope else "",
        asks_reason=rules_of(conference).reason_required,
        sensitive=sensitive,
        may_end=audience.may_end,
        is_in_scope=is_in_scope,
        is_unassigned=not conference.team_ids(),
        started_at=conference.created_at or conference.first_seen_at,
        ended_at=conference.ended_at,
        expires_at=conference.expires_at,
        end_reason=conference.end_reason,
        last_event_at=max(conference.last_event_at, conference.verified_at or conference.last_event_at),
        feed=conference.feed,
        parties=parties,
        running=running,
        policy=policy_of_queue,
        drift=conference.drift,
        drift_at=conference.drift_at,
        calling=tuple(map(phone_ringing, conference.ringing)),
        past_participants=() if conference.is_live else past_participants(audience, conference),
    )
