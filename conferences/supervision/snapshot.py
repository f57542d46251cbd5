"""What is known of a running supervision now: everything that the next step is decided from; changes nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings

from conferences import clock, policy
from conferences.errors import NotPossible
from conferences.models import Leg, Participant, Supervision
from conferences.policy import entitlement
from conferences.supervision.state_machine.steps import Snapshot, targets_now
from conferences.telnyx.commands import encode_client_state


def take_snapshot(supervision_id: UUID, *, with_rights: bool = True) -> Snapshot | None:
    """Return what is known of a running supervision now; None once it has ended.

    Without its rights it costs half as much, and says nothing of them.
    """
    running = Supervision.objects.select_related("conference__queue", "user", "device", "hop_to__queue").running()
    supervision = running.filter(pk=supervision_id).first()
    if supervision is None:
        return None
    is_judged = with_rights and not supervision.is_on_the_way_out
    leg, conference = _leg(supervision), supervision.conference
    inside = Participant.objects.present().filter(conference=conference)
    present = inside.filter(state=Participant.State.JOINED, leg__kind=Leg.Kind.AGENT, leg__agent__isnull=False)
    agents = frozenset(present.values_list("leg__call_control_id", flat=True))
    return Snapshot(
        supervision,
        conference,
        leg,
        _participant(supervision, leg),
        agents,
        clock.now(),
        people=inside.exclude(leg__kind__in=(Leg.Kind.SUPERVISOR, Leg.Kind.SYSTEM)).exists(),
        withdrawn=entitlement.withdrawn(supervision) if is_judged else None,
        refusal=_refusal(supervision, agents) if is_judged and supervision.is_active and supervision.is_pending else "",
        between=timedelta(seconds=settings.BETWEEN_CALLS_SECS),
        leaves_due=leaves_due(supervision),
    )


def _refusal(supervision: Supervision, agents: frozenset[str]) -> str:
    """Ask policy again just before a mode is sent: a right may have been withdrawn while the phone rang."""
    try:
        policy.check_action(supervision.user, supervision.conference, *targets_now(supervision, agents))
    except NotPossible as error:
        return error.sentence
    return ""


def leaves_due(supervision: Supervision) -> bool:
    """Return whether others are to leave this call first: all that is left of this one is to hang her phone up."""
    if supervision.leave_accepted_at is None or supervision.hangup_sent_at is not None:
        return False
    others = Supervision.objects.running().filter(conference=supervision.conference_id, is_active=False, hop_to=None)
    return others.filter(joined_at__isnull=False, leave_sent_at=None, between_at=None).exists()


def _participant(supervision: Supervision, leg: Leg | None) -> Participant | None:
    """Our leg in the conference, but not one that was over before: she may have come back.

    Both times are the provider's: what is compared with a clock of ours may be off by more than she is in for.
    """
    participant = Participant.objects.filter(conference=supervision.conference, leg=leg).first() if leg else None
    if participant is None or participant.state != Participant.State.LEFT or supervision.left_before_at is None:
        return participant
    is_new = participant.joined_at is not None and participant.joined_at > supervision.left_before_at
    return participant if is_new or supervision.joined_at is not None else None


def _leg(supervision: Supervision) -> Leg | None:
    """Our leg by its id, or, when the answer to our dial was lost, by the client_state we gave it."""
    if supervision.call_control_id:
        return Leg.objects.filter(call_control_id=supervision.call_control_id).first()
    if supervision.dialled_at is None:
        return None
    return Leg.objects.filter(client_state=encode_client_state(str(supervision.pk))).first()
