"""For which call an agent's phone rings, as far as the provider tells.

No event says into which conference a leg was dialled. Two things do tell: a leg dialled with `link_to` has the
call_session_id of that call's own legs, and one dialled with early media is in the conference while it rings
(Telnyx docs: Dial). Anything else rings for nobody knows whom.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from conferences.models import Conference, Leg, Participant


def called_for(legs: Iterable[Leg]) -> list[Conference]:
    """Return the live conferences in which another leg of one of these legs' call sessions is."""
    legs = list(legs)
    sessions = {leg.call_session_id for leg in legs} - {""}
    if not sessions:
        return []
    inside = Participant.objects.filter(state=Participant.State.JOINED, leg__call_session_id__in=sessions)
    inside = inside.exclude(leg__state=Leg.State.ENDED)
    participants = [one for one in inside.select_related("leg", "conference") if one.conference.is_live]
    found = {
        participant.conference.pk: participant.conference
        for participant in participants
        if any(leg.call_session_id == participant.leg.call_session_id and leg.pk != participant.leg_id for leg in legs)
    }
    return list(found.values())


def agents_beside(legs: Iterable[Leg]) -> set[int]:
    """Return the agents, by primary key, on live legs in no conference that share one of these legs' call sessions.

    What such a leg is about is read off the others of its session.
    """
    sessions = {leg.call_session_id for leg in legs} - {""}
    if not sessions:
        return set()
    up = Leg.objects.up().filter(call_session_id__in=sessions, agent__isnull=False)
    inside = Participant.objects.filter(state=Participant.State.JOINED).values("leg")
    return {agent.pk for leg in up.exclude(pk__in=inside).with_agents() for agent in leg.agents}


def callers_beside(legs: Iterable[Leg]) -> set[int]:
    """Return likewise the legs, by primary key, of the queues' callers: who is being called for them shows there."""
    sessions = {leg.call_session_id for leg in legs} - {""}
    if not sessions:
        return set()
    up = Leg.objects.up().outside().of_callers().filter(call_session_id__in=sessions)
    return {*up.values_list("pk", flat=True)}


def called_for_callers(callers: Iterable[Leg]) -> dict[int, list[Leg]]:
    """Return the agents' legs that ring outside, by the primary key of the waiting caller's leg for whom they do."""
    sessions: dict[str, list[int]] = {}
    for leg in callers:
        sessions.setdefault(leg.call_session_id, []).append(leg.pk)
    sessions.pop("", None)
    found: dict[int, list[Leg]] = {}
    for leg in _ringing_in(sessions):
        for caller in sessions[leg.call_session_id]:
            found.setdefault(caller, []).append(leg)
    return found


def with_ringing(conferences: list[Conference]) -> list[Conference]:
    """Return these, each with the agents' legs that ring for it in `ringing`. Load them `with_people`."""
    found = ringing_for([one for one in conferences if one.is_live])
    for one in conferences:
        one.ringing = found.get(one.pk, [])
    return conferences


def ringing_for(conferences: Collection[Conference]) -> dict[UUID, list[Leg]]:
    """Return the agents' legs that ring outside, by the conference for which they do. Load these `with_people`."""
    sessions: dict[str, list[Conference]] = {}
    for conference in conferences:
        for session in {participant.leg.call_session_id for participant in conference.present()} - {""}:
            sessions.setdefault(session, []).append(conference)
    found: dict[UUID, list[Leg]] = {}
    for leg in _ringing_in(sessions):
        for conference in sessions[leg.call_session_id]:
            found.setdefault(conference.pk, []).append(leg)
    return found


def _ringing_in(sessions: Collection[str]) -> Iterable[Leg]:
    """The agents' legs that ring, in no conference, in these call sessions."""
    if not sessions:
        return []
    inside = Participant.objects.filter(state=Participant.State.JOINED).values("leg")
    up = Leg.objects.up().filter(call_session_id__in=sessions, state=Leg.State.INITIATED)
    ringing = up.filter(kind=Leg.Kind.AGENT).exclude(pk__in=inside)
    return ringing.with_agents().order_by("started_at", "pk")
