"""What is known of a running supervision now: the snapshot that the next step is decided from."""

from __future__ import annotations

from uuid import UUID

from conferences import clock
from conferences.models import Leg, Participant, Supervision
from conferences.supervision import transitions
from conferences.supervision.requests import note
from conferences.supervision.state_machine.steps import Snapshot
from conferences.telnyx.commands import encode_client_state


def take_snapshot(supervision_id: UUID) -> Snapshot | None:
    """Return what is known of a running supervision now; None once it has ended."""
    supervision = (
        Supervision.objects.select_related("conference__queue", "user", "device")
        .running()
        .filter(pk=supervision_id)
        .first()
    )
    if supervision is None:
        return None
    leg = _leg(supervision)
    conference = supervision.conference
    stay = Participant.objects.filter(conference=conference, leg=leg).first() if leg else None
    present = Participant.objects.filter(
        conference=conference, state=Participant.State.JOINED, leg__kind=Leg.Kind.AGENT, leg__agent__isnull=False
    )
    agents = frozenset(present.values_list("leg__call_control_id", flat=True))
    nobody = (Leg.Kind.SUPERVISOR, Leg.Kind.SYSTEM)
    inside = Participant.objects.filter(conference=conference).exclude(state=Participant.State.LEFT)
    people = inside.exclude(leg__kind__in=nobody).exists()
    return Snapshot(supervision, conference, leg, stay, agents, clock.now(), people)


def _leg(supervision: Supervision) -> Leg | None:
    """Our leg by its id, or, when the answer to our dial was lost, by the client_state we gave it."""
    if supervision.call_control_id:
        return Leg.objects.filter(call_control_id=supervision.call_control_id).first()
    if supervision.dialled_at is None:
        return None
    leg = Leg.objects.filter(client_state=encode_client_state(str(supervision.pk))).first()
    if leg is not None:
        note(supervision, call_control_id=leg.call_control_id, **transitions.clear_unknown_notice(supervision))
    return leg
