"""Asks the provider after single legs: whether one was answered, or has ended, that no webhook told of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from conferences import clock, provider
from conferences.fold import place
from conferences.ingest import inbox
from conferences.models import Conference, Fact, Leg, Participant
from conferences.telnyx.errors import Refused
from conferences.telnyx.rules import InvalidCommand

# The provider's records may lag behind its webhooks: what was told less long ago than this is not contradicted by them.
SETTLED: Final = timedelta(seconds=3)
QUIET: Final = timedelta(seconds=60)
MOST_LEGS: Final = 50
_NOT_YET: Final = (Leg.State.UNKNOWN, Leg.State.INITIATED)


def read_legs(legs: Iterable[Leg]) -> None:
    """Ask after legs thought to be up, and record those that were answered or have ended. Raises TelnyxError."""
    for leg in legs:
        if leg.last_order < place(clock.now() - SETTLED):
            ask_after(leg.call_control_id, leg)


def ask_after(call_control_id: str, leg: Leg | None) -> None:
    """Record what the provider's record of a call tells beyond what is known of the leg. Raises TelnyxError.

    A call is kept for ten minutes after its end and then refused (Telnyx docs: Retrieve a call status). One that is
    alive was answered; one that is not may still ring: it has ended if it was answered, or if its record has an end.
    """
    asked = clock.Moment()
    known = Leg.State(leg.state) if leg else Leg.State.UNKNOWN
    try:
        told = provider.client().call(call_control_id)
    except Refused as error:
        if error.status not in (404, 422) or not error.code:
            raise
        told = {"is_alive": False, "end_time": "long ago"}
    except InvalidCommand:
        told = {"is_alive": False, "end_time": "never"}
    if told.get("is_alive") is True and known in _NOT_YET:
        _record(call_control_id, told, asked.at, is_alive=True)
    elif told.get("is_alive") is False and (known == Leg.State.ANSWERED or told.get("end_time")):
        _record(call_control_id, told, asked.at, is_alive=False)


def settle_unanswered(conference: Conference, asked_at: datetime) -> None:
    """Ask after those who are in the conference while nobody has told that they answered. Raises TelnyxError.

    Being listed proves nothing: a leg may be in before it is answered (Telnyx docs: Dial, early_media).
    """
    inside = Participant.objects.filter(conference=conference, state=Participant.State.JOINED)
    waiting = Leg.objects.filter(pk__in=inside.values("leg"), state__in=_NOT_YET)
    read_legs(waiting.filter(last_order__lt=place(asked_at - SETTLED)).order_by("last_order")[:MOST_LEGS])


def stale_legs(now: datetime) -> list[Leg]:
    """Return legs thought to be up that are in no live conference and of which nothing was told for a minute.

    Those that the provider lists among its active calls are none of them (Telnyx docs: List active calls). Raises
    TelnyxError.
    """
    inside = Participant.objects.present().exclude(conference__state="completed")
    up = Leg.objects.up().exclude(pk__in=inside.values("leg"))
    quiet = list(up.filter(last_order__lt=place(now - QUIET)).order_by("last_order")[:MOST_LEGS])
    active: set[object] = set()
    for connection_id in sorted({leg.connection_id for leg in quiet if leg.connection_id}):
        active |= {one.get("call_control_id") for one in provider.client().active_calls(connection_id)}
    return [leg for leg in quiet if leg.call_control_id not in active]


def _record(call_control_id: str, told: dict[str, Any], asked_at: datetime, *, is_alive: bool) -> None:
    ids = {name: told[name] for name in ("call_leg_id", "call_session_id") if isinstance(told.get(name), str)}
    payload = {"call_control_id": call_control_id, "is_alive": is_alive, **ids}
    inbox.record("readback.leg", payload, source=Fact.Source.READBACK, occurred_at=asked_at)
