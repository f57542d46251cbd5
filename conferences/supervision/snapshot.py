"""What is known of a running supervision now: everything that the next step is decided from; changes nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from conferences import clock, policy
from conferences.errors import NotPossible
from conferences.models import Conference, Leg, Participant, Supervision
from conferences.policy import entitlement
from conferences.supervision.state_machine.steps import Snapshot, targets_now
from conferences.telnyx.commands import encode_client_state


def take_snapshot(supervision_id: UUID, *, with_rights: bool = True) -> Snapshot | None:
    """Return what is known of a running supervision now; None once it has ended.

    Without its rights it costs half as much, and says nothing of them.
    """
    supervision = _running().filter(pk=supervision_id).first()
    if supervision is None:
        return None
    is_judged = with_rights and not supervision.is_on_the_way_out
    leg, conference = _leg(supervision), supervision.conference
    agents, people = _present(conference)
    return Snapshot(
        supervision,
        conference,
        leg,
        _participant(supervision, leg),
        agents,
        clock.now(),
        people=people,
        withdrawn=entitlement.withdrawn(supervision) if is_judged else None,
        refusal=_refusal(supervision, agents) if is_judged and supervision.is_active and supervision.is_pending else "",
        between=_between(),
        leaves_due=leaves_due(supervision),
    )


def take_snapshots_of_leaving(conference: Conference) -> list[Snapshot]:
    """Return what is known of those who are to leave this call, read for all at once.

    Not of those whose phone the provider has not named yet, whose leave is under way, or whose phone was hung up.
    """
    leaving = _running().filter(conference=conference, is_active=False, hangup_sent_at=None)
    is_free = Q(leave_sent_at=None) | Q(leave_accepted_at__isnull=False)
    rows = list(leaving.filter(is_free).exclude(call_control_id=""))
    legs = {
        leg.call_control_id: leg
        for leg in Leg.objects.filter(call_control_id__in=[one.call_control_id for one in rows])
    }
    inside = {one.leg_id: one for one in Participant.objects.filter(conference=conference, leg__in=legs.values())}
    agents, people = _present(conference)
    told = [(one, legs.get(one.call_control_id)) for one in rows]
    return [
        Snapshot(
            one,
            one.conference,
            leg,
            _of_this_stay(one, inside.get(leg.pk) if leg else None),
            agents,
            clock.now(),
            people=people,
            between=_between(),
        )
        for one, leg in told
    ]


def _running() -> QuerySet[Supervision]:
    return Supervision.objects.select_related("conference__queue", "user", "device").running()


def _present(conference: Conference) -> tuple[frozenset[str], bool]:
    """The agents' legs that are in the call, and whether anybody is but supervisors and machines."""
    agents = policy.agents_in(conference)
    return agents, bool(agents) or _are_people_in(conference)


def _are_people_in(conference: Conference) -> bool:
    inside = Participant.objects.present().filter(conference=conference)
    return inside.exclude(leg__kind__in=(Leg.Kind.SUPERVISOR, Leg.Kind.SYSTEM)).exists()


def _between() -> timedelta:
    return timedelta(seconds=settings.BETWEEN_CALLS_SECS)


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
    mine = Participant.objects.filter(conference=supervision.conference, leg=leg).first() if leg else None
    return _of_this_stay(supervision, mine)


def _of_this_stay(supervision: Supervision, participant: Participant | None) -> Participant | None:
    """Our leg in the conference, but not one that was over before: she may have come back.

    Both times are the provider's: what is compared with a clock of ours may be off by more than she is in for.
    """
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
