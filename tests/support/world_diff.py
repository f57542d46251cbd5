"""The provider's world beside ours: what is to be equal once everything has been read back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
from django.utils import timezone

from conferences import provider
from conferences.models import Conference, Fact, Leg, Participant
from conferences.reconciliation import leg_status, readback
from conferences.simulator import Simulator
from conferences.simulator.world import Conference as TheirConference
from conferences.simulator.world import Participant as TheirParticipant


def theirs(conference: TheirConference, shows_muted: bool = True) -> dict[str, Any]:
    """Who is in the conference, and how, by the provider's reckoning."""
    return {
        stay.leg.call_control_id: (
            stay.status, stay.muted or (stay.only_listens and shows_muted), stay.on_hold, sorted(stay.whisper_to),
        )
        for stay in conference.participants
    }  # fmt: skip


def ours(conference_id: str) -> dict[str, Any]:
    """Who is in the conference, and how, by our rows."""
    inside = Participant.objects.filter(conference__conference_id=conference_id).exclude(state="left")
    return {
        one.leg.call_control_id: (one.state, one.muted, one.on_hold, sorted(one.whisper_call_control_ids))
        for one in inside.select_related("leg")
    }


def read(conference: Conference) -> None:
    """Read one conference back, as it stands on disk."""
    readback.read_back(Conference.objects.get(pk=conference.pk))


def readbacks() -> list[str]:
    """The types of the facts that came of reading back, in order."""
    return list(Fact.objects.filter(source="readback").order_by("id").values_list("event_type", flat=True))


def stay_of(conference: TheirConference, address: str) -> TheirParticipant:
    return conference.leg(address).participant


def read_everything_back() -> None:
    """What the reconciler does within a minute, at once."""
    for conference in Conference.objects.live():
        readback.read_back(conference)
    readback.find_unknown_conferences()
    for conference in Conference.objects.live().filter(polled_at=None):
        readback.read_back(conference)
    leg_status.read_legs(leg_status.stale_legs(timezone.now() + timedelta(minutes=2)))


@contextmanager
def unheard(simulator: Simulator) -> Iterator[None]:
    """What happens inside is told to nobody."""
    simulator.faults.webhooks.drop_rate = 1.0
    yield
    simulator.faults.webhooks.drop_rate = 0.0


class Counting(httpx.BaseTransport):
    """Passes requests on to the simulator and remembers their paths."""

    def __init__(self, simulator: Simulator) -> None:
        self._through = simulator.client_transport
        self.paths: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path.removeprefix("/v2"))
        return self._through.handle_request(request)


@contextmanager
def counting(simulator: Simulator) -> Iterator[list[str]]:
    """The paths that are asked for inside."""
    before, counter = provider.transport, Counting(simulator)
    provider.transport = counter
    try:
        yield counter.paths
    finally:
        provider.transport = before


def legs_up() -> set[str]:
    return set(Leg.objects.exclude(state="ended").values_list("call_control_id", flat=True))
