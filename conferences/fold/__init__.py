"""Facts to state: what is true about conferences, participants and legs, as a pure function of what was told.

The state is the same for the same set of facts in whatever order they arrived: `fold` sorts them by time of occurrence.
`apply` adds one fact to a state that holds nothing later, and gives what `fold` would give. `advance` chooses, and
`advance_all` adds as many of several as may be, and says for which others it takes `fold`. `after_each` looks back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from conferences.fold import answering, asking, conferences, legs, own_facts
from conferences.fold.states import AnsweredBy, ConferenceState, LegState, ParticipantState, State
from conferences.telnyx.events import Event

__all__ = [
    "WITHOUT_EFFECT",
    "AnsweredBy",
    "ConferenceState",
    "LegState",
    "ParticipantState",
    "State",
    "advance",
    "advance_all",
    "after_each",
    "apply",
    "fold",
    "is_about_leg",
    "is_handled",
    "is_news",
    "is_ours",
    "order",
    "place",
    "touched",
]


def order(event: Event) -> str:
    """Return the event's place among all facts as text that sorts like `Event.sort_key`."""
    occurred_at, rank, event_id = event.sort_key
    return f"{place(occurred_at)}|{rank}|{event_id}"


def place(moment: datetime) -> str:
    """Return text that sorts before the `order` of everything that occurred then or later, and after all else's."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def fold(facts: Iterable[Event]) -> State:
    """Return the state that these facts, in whatever order, add up to. A fact given twice counts once."""
    state = State()
    once = {fact.id: fact for fact in facts}
    for fact in sorted(once.values(), key=lambda fact: fact.sort_key):
        _add(state, fact)
    return state


def apply(state: State, fact: Event) -> State:
    """Return the state after `fact`. Promised only if `fact` sorts after every fact `state` was made of."""
    after = state.copy()
    _add(after, fact)
    return after


def after_each(facts: Iterable[Event]) -> Iterator[State]:
    """Yield what was so after each of these facts, in order of occurrence and each given once, as `fold` would have it.

    For looking at, not for going on from: how far the facts have come is not noted.
    """
    state = State()
    for fact in facts:
        if is_handled(fact.type):
            state = state.copy()
            _take_effect(state, fact)
        yield state


def advance(state: State, fact: Event, everything: Callable[[], Iterable[Event]]) -> State:
    """Return the state after `fact`, in whatever order it came: what `fold` makes of everything, at the least cost.

    `everything` gives all facts about the same conferences and legs, this one among them; it is asked only for a fact
    that is earlier than something the state already knows of what the fact touches.
    """
    return apply(state, fact) if _is_latest(state, fact) else fold(everything())


def advance_all(state: State, facts: Iterable[Event]) -> tuple[State, list[Event]]:
    """Return the state after those of these facts that come in order, and the others, each too late to be applied.

    A late one is earlier than something the state already knows of what it touches. What is late needs `fold` of all
    facts about the same conferences and legs, and that alone: whatever of these came in order is among them.
    """
    after, late = state.copy(), []
    for fact in sorted(facts, key=lambda fact: fact.sort_key):
        if _is_latest(after, fact):
            _add(after, fact)
        else:
            late.append(fact)
    return after, late


def is_news(state: State, fact: Event) -> bool:
    """Return whether the fact, taken for the latest, would change anything that is known."""
    after = state.copy()
    _take_effect(after, fact)
    return after != state


def is_handled(event_type: str) -> bool:
    """Return whether facts of this type change any state; the others are stored and counted only."""
    return event_type in _EFFECTS


def is_ours(event_type: str) -> bool:
    """Return whether only we may tell such a fact, a read-back or a command: from others it is of an unknown type."""
    return event_type.startswith(("readback.", "command."))


def touched(state: State, fact: Event) -> set[str]:
    """Return the ids of the conferences in the state on which the fact may have an effect."""
    return {*_touched(state, fact)}


def is_about_leg(fact: Event) -> bool:
    """Return whether the fact is about a leg wherever that is: it touches every conference the leg was ever in."""
    return bool(fact.call_control_id) and (fact.type.startswith("call.") or fact.type in _OF_LEGS)


# A leg is in one conference at a time: by joining another it has left the one it was in.
_OF_LEGS: Final = frozenset({"readback.leg", "readback.participant", "conference.participant.joined"})

# Known to the provider's documentation and knowingly without effect: they announce sound, cost or queue moves, and say
# nothing of who is in a conference. Anything in neither table is new to us.
WITHOUT_EFFECT: Final = frozenset(
    {
        "call.cost",
        "call.dequeued",
        "call.enqueued",
        "call.machine.premium.detection.started",
        "call.playback.ended",
        "call.playback.started",
        "call.recording.error",
        "call.recording.saved",
        "call.speak.ended",
        "call.speak.started",
        "conference.floor.changed",
        "conference.participant.playback.ended",
        "conference.participant.playback.started",
        "conference.participant.speak.ended",
        "conference.participant.speak.started",
        "conference.playback.ended",
        "conference.playback.started",
        "conference.recording.saved",
        "conference.speak.ended",
        "conference.speak.started",
    }
)


def _add(state: State, fact: Event) -> None:
    if is_handled(fact.type):
        _take_effect(state, fact)
        _mark(state, fact)


def _take_effect(state: State, fact: Event) -> None:
    if fact.call_control_id:
        legs.know_leg(state, fact, fact.call_control_id)
    if fact.conference_id:
        state.conferences.setdefault(fact.conference_id, ConferenceState(fact.conference_id))
    _EFFECTS[fact.type](state, fact)


def _mark(state: State, fact: Event) -> None:
    """Note on all it touches how far the facts of it have come."""
    place = order(fact)
    for conference_id in _touched(state, fact):
        state.conferences[conference_id] = replace(state.conferences[conference_id], last_order=place)
    if fact.call_control_id:
        state.legs[fact.call_control_id] = replace(state.legs[fact.call_control_id], last_order=place)


def _is_latest(state: State, fact: Event) -> bool:
    leg = state.legs.get(fact.call_control_id or "")
    known = [state.conferences[conference_id].last_order for conference_id in _touched(state, fact)]
    return all(last < order(fact) for last in (*known, leg.last_order if leg else ""))


def _touched(state: State, fact: Event) -> Iterator[str]:
    """The conferences known so far on which the fact may have an effect."""
    if fact.conference_id in state.conferences:
        yield fact.conference_id
    if is_about_leg(fact):
        yield from {conference for conference, leg in state.participants if leg == fact.call_control_id}


_EFFECTS: Final[Mapping[str, Callable[[State, Event], None]]] = {
    "call.initiated": legs.initiated,
    "call.answered": legs.answered,
    "call.bridged": legs.bridged,
    "call.hangup": legs.hangup,
    "call.hold": legs.phone_hold(held=True),
    "call.unhold": legs.phone_hold(held=False),
    "call.dtmf.received": asking.pressed,
    "call.gather.ended": answering.gather_ended,
    "call.machine.detection.ended": answering.detected,
    "call.machine.greeting.ended": answering.greeting_ended,
    "call.machine.premium.detection.ended": answering.detected,
    "call.machine.premium.greeting.ended": answering.greeting_ended,
    "call.machine.premium.call_screening.detected": answering.screening,
    "conference.created": conferences.created,
    "conference.ended": conferences.ended,
    "conference.participant.joined": conferences.joined,
    "conference.participant.left": conferences.left,
    "readback.conference": own_facts.read_conference,
    "readback.participant": own_facts.read_participant,
    "readback.leg": own_facts.read_leg,
    "command.join": own_facts.join_accepted,
    "command.update": own_facts.update_accepted,
    "command.mute": own_facts.mute_accepted,
    "command.unmute": own_facts.mute_accepted,
    "command.unhold": own_facts.unhold_accepted,
}
