"""Facts to state: what is true about conferences, participants and legs, as a pure function of what was told.

The state is the same for the same set of facts in whatever order they arrived: `fold` sorts them by time of occurrence.
`apply` adds one fact to a state that holds nothing later, and gives what `fold` would give.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from conferences.fold import conferences, legs, ours
from conferences.fold.states import ConferenceState, LegState, ParticipantState, State
from conferences.telnyx.events import Event

__all__ = [
    "WITHOUT_EFFECT",
    "ConferenceState",
    "LegState",
    "ParticipantState",
    "State",
    "apply",
    "fold",
    "is_handled",
    "order",
]


def order(event: Event) -> str:
    """Return the event's place among all facts as text that sorts like `Event.sort_key`."""
    occurred_at, rank, event_id = event.sort_key
    return f"{occurred_at:%Y-%m-%dT%H:%M:%S.%f}|{rank}|{event_id}"


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


def is_handled(event_type: str) -> bool:
    """Whether facts of this type change any state; the others are stored and counted only."""
    return event_type in _EFFECTS


# Known to the provider's documentation and knowingly without effect: they announce sound, cost or queue moves, and say
# nothing of who is in a conference. Anything in neither table is new to us.
WITHOUT_EFFECT: Final = frozenset(
    {
        "call.cost",
        "call.dequeued",
        "call.dtmf.received",
        "call.enqueued",
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
    effect = _EFFECTS.get(fact.type)
    if effect is None:
        return
    if fact.call_control_id:
        legs.know_leg(state, fact, fact.call_control_id)
    if fact.conference_id:
        state.conferences.setdefault(fact.conference_id, ConferenceState(fact.conference_id))
    effect(state, fact)


_EFFECTS: Final[Mapping[str, Callable[[State, Event], None]]] = {
    "call.initiated": legs.initiated,
    "call.answered": legs.answered,
    "call.bridged": legs.answered,
    "call.hangup": legs.hangup,
    "call.hold": legs.phone_hold(held=True),
    "call.unhold": legs.phone_hold(held=False),
    "conference.created": conferences.created,
    "conference.ended": conferences.ended,
    "conference.participant.joined": conferences.joined,
    "conference.participant.left": conferences.left,
    "readback.conference": ours.read_conference,
    "readback.participant": ours.read_participant,
    "readback.leg": ours.read_leg,
    "command.join": ours.join_accepted,
    "command.update": ours.update_accepted,
}
