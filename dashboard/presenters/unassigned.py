"""What belongs to no team, as one audience sees it: how many calls, and the live legs in no conference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from conferences.models import Conference, Leg
from conferences.roster import name_of, shown
from conferences.unassigned.legs import bridged_calls, unplaced
from conferences.wording.calls import state_words
from dashboard.presenters.audience import Audience

MOST: Final = 200
_WORDS: Final = {Leg.State.UNKNOWN: "Not known", Leg.State.INITIATED: "Ringing", Leg.State.ANSWERED: "Answered"}


@dataclass(frozen=True, slots=True)
class Outsider:
    """One live leg that is in no conference and no agent's."""

    call_control_id: str
    kind: str
    label: str
    status: str
    since: datetime | None
    was_called: bool
    dialled: str  # whom it calls, as it may be shown
    queue: str


@dataclass(frozen=True, slots=True)
class Outside:
    """Some of these legs, how many more there are, and how many calls are bridged."""

    legs: tuple[Outsider, ...]
    more: int
    bridged: int

    @property
    def bridged_sentence(self) -> str:
        return bridged_sentence(self.bridged)


def count_unassigned() -> int:
    """Return how many live calls belong to no team."""
    return Conference.objects.live().unassigned().count()


def header(_request: HttpRequest) -> dict[str, Callable[[], int]]:
    """A context processor: the header's count, asked for only where it is shown."""
    return {"unassigned_count": count_unassigned}


def outside_for(audience: Audience) -> Outside:
    """Return the legs in no conference as this audience may read them."""
    legs = list(unplaced())
    return Outside(
        legs=tuple(_outsider(audience, leg) for leg in islice(legs, MOST)),
        more=max(0, len(legs) - MOST),
        bridged=bridged_calls(),
    )


def outside_context(audience: Audience) -> dict[str, Any]:
    return {"outside": outside_for(audience)}


def bridged_sentence(count: int) -> str:
    """Say how many calls are bridged, and what follows from it; empty for none."""
    if not count:
        return ""
    said = ngettext(
        "{count} call is bridged, not in a conference; Earshot cannot join it.",
        "{count} calls are bridged, not in a conference; Earshot cannot join them.",
        count,
    )
    return said.format(count=count)


def _outsider(audience: Audience, leg: Leg) -> Outsider:
    goes_on = leg.is_dialled_out or leg.direction == "incoming"
    times = {Leg.State.INITIATED: leg.started_at, Leg.State.ANSWERED: leg.answered_at}
    return Outsider(
        call_control_id=leg.call_control_id,
        kind=leg.kind,
        label=name_of(leg, numbers=audience.numbers),
        status=gettext("Bridged") if leg.bridged_at else state_words(_WORDS[Leg.State(leg.state)]),
        since=leg.bridged_at or times.get(Leg.State(leg.state)),
        was_called=bool(leg.direction) and not goes_on,
        dialled=shown(leg.to_address, numbers=audience.numbers) if goes_on and leg.to_address else "",
        queue=leg.queue.name if leg.queue else "",
    )
