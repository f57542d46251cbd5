"""What is known of a running supervision now: everything that the next step is decided from; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from conferences import clock, policy
from conferences.errors import NotPossible
from conferences.models import Conference, Leg, Participant, Supervision
from conferences.policy import entitlement
from conferences.supervision.state_machine.steps import Snapshot, targets_now
from conferences.telnyx.commands import encode_client_state

_OF_A_STAY: Final = tuple(one.name for one in Participant._meta.concrete_fields)  # noqa: SLF001 - documented


def take_snapshot(supervision_id: UUID, *, with_rights: bool = True) -> Snapshot | None:
    """Return what is known of a running supervision now; None once it has ended.

    Without its rights it costs a third as much, and says nothing of them.
    """
    supervision = running().filter(pk=supervision_id).first()
    if supervision is None:
        return None
    (seen,) = take_snapshots([supervision])
    if not with_rights or supervision.is_on_the_way_out:
        return seen
    refusal = _refusal(supervision, seen.agents) if supervision.is_active and supervision.is_pending else ""
    return replace(seen, withdrawn=entitlement.withdrawn(supervision), refusal=refusal)


def take_snapshots(supervisions: Sequence[Supervision]) -> list[Snapshot]:
    """Return what is known of each of these, rights aside, after as many queries for all as for one.

    Load them as `running` does.
    """
    return [replace(one, leaves_due=leaves_due(one.supervision)) for one in _look_at(supervisions)]


def take_snapshots_of_leaving(conference: Conference) -> list[Snapshot]:
    """Return what is known of those who are to leave this call, read for all at once.

    Not of those whose phone the provider has not named yet, whose leave is under way, or whose phone was hung up.
    """
    leaving = running().filter(conference=conference, is_active=False, hangup_sent_at=None)
    is_free = Q(leave_sent_at=None) | Q(leave_accepted_at__isnull=False)
    return _look_at(list(leaving.filter(is_free).exclude(call_control_id="")))


def running() -> QuerySet[Supervision]:
    """Return those that have not ended, with all that a decision on each rests on beside the call's people."""
    return Supervision.objects.select_related("conference__queue", "user", "device").running()


def _look_at(supervisions: Sequence[Supervision]) -> list[Snapshot]:
    legs = _own_legs(supervisions)
    calls = _people(supervisions, legs)
    between = timedelta(seconds=settings.BETWEEN_CALLS_SECS)
    told = []
    for one in supervisions:
        leg, inside = legs.get(one.pk), calls[one.conference_id]
        mine = _of_this_stay(one, next((other for other in inside if leg and other.leg_id == leg.pk), None))
        agents = _agents(inside)
        people = bool(agents) or any(map(_is_a_person, inside))
        told.append(Snapshot(one, one.conference, leg, mine, agents, clock.now(), people=people, between=between))
    return told


def _own_legs(supervisions: Sequence[Supervision]) -> dict[UUID, Leg]:
    """Our leg of each, by its id or, where the answer to our dial was lost, by the client_state we gave it."""
    ids = {one.pk: one.call_control_id for one in supervisions if one.call_control_id}
    lost = [one.pk for one in supervisions if not one.call_control_id and one.dialled_at is not None]
    states = {pk: encode_client_state(str(pk)) for pk in lost}
    found = Leg.objects.filter(Q(call_control_id__in=ids.values()) | Q(client_state__in=states.values()))
    newest_first = list(found.order_by("-pk"))
    by_id = {leg.call_control_id: leg for leg in newest_first}
    by_state = {leg.client_state: leg for leg in newest_first}
    legs = {pk: by_id.get(known) for pk, known in ids.items()} | {pk: by_state.get(sent) for pk, sent in states.items()}
    return {pk: leg for pk, leg in legs.items() if leg is not None}


def _people(supervisions: Sequence[Supervision], legs: Mapping[UUID, Leg]) -> dict[UUID, list[Participant]]:
    """Who is in each of these calls or about to be, and our own legs, wherever they are."""
    calls: dict[UUID, list[Participant]] = {one.conference_id: [] for one in supervisions}
    there = ~Q(state=Participant.State.LEFT) | Q(leg__in=legs.values())
    found = Participant.objects.filter(there, conference__in=calls).select_related("leg").order_by("pk")
    for one in found.only(*_OF_A_STAY, "leg__kind", "leg__agent", "leg__call_control_id"):
        calls[one.conference_id].append(one)
    return calls


def _agents(people: Sequence[Participant]) -> frozenset[str]:
    """The agents' legs that are in the call: those of people who are in the directory."""
    joined = [one.leg for one in people if one.state == Participant.State.JOINED]
    return frozenset(leg.call_control_id for leg in joined if policy.is_an_agents(leg))


def _is_a_person(one: Participant) -> bool:
    """Whether somebody is in, or about to be, who is no supervisor and no machine."""
    return one.state != Participant.State.LEFT and one.leg.kind not in (Leg.Kind.SUPERVISOR, Leg.Kind.SYSTEM)


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


def _of_this_stay(supervision: Supervision, participant: Participant | None) -> Participant | None:
    """Our leg in the conference, but not one that was over before: she may have come back.

    Both times are the provider's: what is compared with a clock of ours may be off by more than she is in for.
    """
    if participant is None or participant.state != Participant.State.LEFT or supervision.left_before_at is None:
        return participant
    is_new = participant.joined_at is not None and participant.joined_at > supervision.left_before_at
    return participant if is_new or supervision.joined_at is not None else None
