"""Everybody of a call in one list, for its page and for the form that joins it: what each is called and may be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from conferences.audibility import Party
from conferences.models import Leg
from dashboard.language.remembering import by_language
from dashboard.presenters.hearing.diagram import MAY_HEAR, ears
from dashboard.presenters.people import Calling, Person, SupervisorOnCall, unsupervised


@dataclass(frozen=True, slots=True)
class _Choice:
    """How a form lists a kind of people: where, what it calls them, and why a whisper never goes to them."""

    place: int
    what: str
    why_not: str = ""


_CHOICES: Final[Mapping[str, _Choice]] = {
    Leg.Kind.AGENT: _Choice(0, _("agent")),
    Leg.Kind.CUSTOMER: _Choice(1, _("customer"), _("never whispered to")),
    Leg.Kind.UNKNOWN: _Choice(1, _("not identified"), _("so not whispered to")),
    Leg.Kind.SYSTEM: _Choice(2, _("a machine"), _("never whispered to")),
    Leg.Kind.SUPERVISOR: _Choice(3, _("supervisor")),
}


KINDS: Final[Mapping[str, str]] = {
    Leg.Kind.AGENT: _("Agent"),
    Leg.Kind.CUSTOMER: _("Customer"),
    Leg.Kind.UNKNOWN: _("Unknown"),
    Leg.Kind.SYSTEM: _("System"),
    Leg.Kind.SUPERVISOR: _("Supervisor"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody of a call as its page and the form that joins it list them: in it, ringing, supervising, or once in it.

    `key`: of one who is in the call. `lead`: what goes before the time since when. The last three are the form's:
    whether a whisper is to go there, and what they hear of her who speaks to them, or who whispers to others.
    """

    kind: str
    what: str
    name: str
    key: str = ""
    lead: str = ""
    since: datetime | None = None
    unknown: str = ""
    leg: Person | None = None
    supervisor: SupervisorOnCall | None = None
    is_ticked: bool = False
    hears: str = MAY_HEAR
    hears_past: str = MAY_HEAR

    @property
    def is_followed(self) -> bool:
        """Whether the page knows them again by their leg as they change."""
        return bool(self.key) and self.kind != Leg.Kind.SUPERVISOR

    @property
    def is_calling(self) -> bool:
        return self.leg is None and self.supervisor is None

    @property
    def is_selectable(self) -> bool:
        """Whether a whisper may go to them."""
        return self.kind == Leg.Kind.AGENT

    @property
    def why_not(self) -> str:
        return gettext(why_not) if (why_not := _CHOICES[self.kind].why_not) else ""

    @property
    def as_choice(self) -> str:
        """What they are called in the form."""
        if self.leg and self.leg.shared:
            return gettext("agents, a shared phone")
        return gettext(_CHOICES[self.kind].what)


def everybody(
    people: Collection[Person],
    calling: Iterable[Calling],
    supervisors: Collection[SupervisorOnCall],
    past: Iterable[Person],
) -> tuple[Entry, ...]:
    """Return all who are to be listed of a call, in the order of its page."""
    return (
        *(_in_it(one) for one in people if one.kind != Leg.Kind.SUPERVISOR),
        *(
            Entry(Leg.Kind.AGENT, gettext("Agent"), one.name, lead=gettext("rings for"), since=one.since)
            for one in calling
        ),
        *(_supervising(one) for one in supervisors),
        *(replace(_on_leg(one), what=gettext("A supervisor’s phone")) for one in unsupervised(people, supervisors)),
        *(replace(_on_leg(one), key="") for one in past),
    )


def choices(
    listed: Iterable[Entry], parties: tuple[Party, ...], running: bool | None, ticked: Collection[str]
) -> tuple[Entry, ...]:
    """Return those who are in the call now, in the order of the form and with what it says of them."""
    hears, past = _ears(parties, running)
    return tuple(
        replace(
            one,
            is_ticked=one.key in ticked,
            hears=hears.get(one.key) or gettext(MAY_HEAR),
            hears_past=past.get(one.key) or gettext(MAY_HEAR),
        )
        for one in sorted(listed, key=lambda one: _CHOICES[one.kind].place)
        if one.key
    )


@by_language
def _ears(parties: tuple[Party, ...], running: bool | None) -> tuple[dict[str, str], dict[str, str]]:
    return ears(parties, running), ears(parties, running, whispered_past=True)


def _on_leg(person: Person) -> Entry:
    what = " · ".join(part for part in (gettext(KINDS[person.kind]), person.detail) if part)
    return Entry(person.kind, what, person.label, key=person.call_control_id, leg=person)


def _in_it(person: Person) -> Entry:
    return replace(
        _on_leg(person),
        lead=gettext("in for") if person.joined_at else "",
        since=person.joined_at,
        unknown=gettext("mute not known") if person.muted is None else "",
    )


def _supervising(supervisor: SupervisorOnCall) -> Entry:
    return Entry(
        Leg.Kind.SUPERVISOR,
        gettext("Supervisor"),
        supervisor.phrase,
        key=supervisor.leg.call_control_id if supervisor.leg else "",
        lead=gettext("in for") if supervisor.since else "",
        since=supervisor.since,
        leg=supervisor.leg,
        supervisor=supervisor,
    )
