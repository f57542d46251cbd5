"""A customer who rang a queue and is in no conference, as one audience sees her: a row of the board for as long.

What is known is her leg alone: that it rings or was answered, since when, and whose phones ring in its call session.
Nobody can join that, and the row says why.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_noop as _

from conferences.attention import Limits, Reason, Watched, reasons
from conferences.models import Leg
from conferences.roster import name_of
from dashboard.presenters.audience import Audience
from dashboard.presenters.people import Calling, phone_ringing

RINGING, WAITING, BRIDGED, OVER = _("Ringing"), _("Waiting"), _("Bridged"), _("Hung up")
NOT_JOINABLE: Final = _("In no conference: cannot be joined")
IS_BRIDGED: Final = _("Bridged, in no conference: cannot be joined")
GAVE_UP: Final = _("Hung up before anybody took the call")


@dataclass(frozen=True, slots=True)
class Caller:
    """One such customer, with as much of a call's fields as filters, order and figures ask for.

    `word`: what her leg does; `status`: the call's state by which the board is filtered and counted.
    """

    pk: int
    call_control_id: str
    label: str
    queue: str
    team: str
    word: str
    started_at: datetime | None  # since when she rings or waits, or has been bridged
    ended_at: datetime | None
    calling: tuple[Calling, ...]
    reasons: tuple[Reason, ...]
    feed: int
    queue_pk: int | None = None

    supervisors: tuple[()] = ()
    is_unassigned: bool = False
    drift: str = ""

    @property
    def is_live(self) -> bool:
        return self.word != OVER

    @property
    def status(self) -> str:
        return {OVER: "Ended", BRIDGED: "Bridged"}.get(self.word, "No agent")

    @property
    def sentence(self) -> str:
        """Why there is nothing to join, to be translated."""
        return {OVER: GAVE_UP, BRIDGED: IS_BRIDGED}.get(self.word, NOT_JOINABLE)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The digits of her number, where this audience may read it in full."""
        is_full = self.label.startswith("+") and "•" not in self.label
        return ("".join(filter(str.isdigit, self.label)),) if is_full else ()

    @property
    def text(self) -> str:
        """Everything on the row that a search may find, in lower case."""
        return " ".join([self.label, self.queue, self.team, *(one.name for one in self.calling)]).lower()


def row_id(pk: int | str) -> str:
    return f"caller-{pk}"


def may_see_caller(audience: Audience, leg: Leg) -> bool:
    """Whether a caller's leg is this audience's to see: as a conference of its queue would be."""
    return leg.queue is not None and (leg.queue.team_id in audience.teams or leg.queue_id in audience.queues)


def caller_for(audience: Audience, leg: Leg, ringing: Collection[Leg], *, is_bridged: bool) -> Caller:
    """Return the caller on this leg, loaded with queue and participants. `ringing`: agents' legs that ring for it."""
    word = _word(leg, is_bridged=is_bridged)
    since = leg.bridged_at if word == BRIDGED else leg.waits_since
    watched = Watched(waiting_since=since, started_at=leg.started_at) if word in (RINGING, WAITING) else None
    return Caller(
        pk=leg.pk,
        call_control_id=leg.call_control_id,
        label=name_of(leg, numbers=audience.numbers),
        queue=leg.queue.name if leg.queue else "",
        team=leg.queue.team.name if leg.queue else "",
        word=word,
        started_at=since,
        ended_at=leg.ended_at,
        calling=tuple(map(phone_ringing, ringing)),
        reasons=reasons(watched, Limits.of(leg.queue)) if watched else (),
        feed=leg.feed or 0,
        queue_pk=leg.queue_id,
    )


def _word(leg: Leg, *, is_bridged: bool) -> str:
    if leg.state == Leg.State.ENDED:
        return OVER
    if is_bridged:
        return BRIDGED
    return WAITING if leg.state == Leg.State.ANSWERED else RINGING
