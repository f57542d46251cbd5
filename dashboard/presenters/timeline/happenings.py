"""What happened in a call, one line after another: what the lanes draw, for those who read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from conferences.history.commands import Command
from conferences.history.lanes import Lane
from conferences.history.record import Record
from conferences.history.repairs import Repair
from conferences.models import Supervision
from conferences.roster import supervisor_name
from conferences.wording.corrections import correction_words
from dashboard.presenters.timeline.asked import Stretch

MOST: Final = 100
WORDS: Final = {
    "ringing": "phone rings",
    "outside": "answered, not in this call",
    "joining": "is being joined",
    "in": "in the call",
    "muted": "muted",
    "held": "on hold",
    "whispered": "is whispered to",
}
_MODES: Final = {"monitor": "monitors", "whisper": "whispers", "barge": "barges in", "none": "takes part"}
_ACTIONS: Final = {
    "dial": "phone called",
    "ask": "asked to press a key",
    "join": "join sent",
    "update": "change of mode sent",
    "mute": "mute sent",
    "unmute": "unmute sent",
    "unhold": "end of hold sent",
    "leave": "leave sent",
    "hangup": "hang-up sent",
}
_RESULTS: Final = {
    "ok": "accepted",
    "refused": "refused",
    "unknown": "outcome unknown",
    "denied": "not allowed",
    "": "no answer yet",
}
_ROLES: Final = dict(Supervision.Role.choices)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: when, to whom, and of which kind (state, mode, command, confirmed, repair)."""

    at: datetime
    who: str
    said: str
    kind: str
    key: str = ""


def happenings(
    record: Record, lanes: Iterable[Lane], repairs: Iterable[Repair], name: Callable[[str], str]
) -> tuple[Happening, ...]:
    """Return everything that happened, in order. `name`: what the person on a leg is called."""
    found = [
        *(one for lane in lanes for one in _of_lane(lane, name(lane.call_control_id))),
        *(_of_command(one) for one in record.commands),
        *(one for mine in record.supervisions.values() for one in _of_confirmation(mine)),
        *(_of_repair(one, name) for one in repairs),
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def during(found: Iterable[Happening], call: Stretch) -> tuple[Happening, ...]:
    """Keep what happened within the call."""
    return tuple(one for one in found if call.begins_at <= one.at <= call.ends_at)


def nearest(found: Sequence[Happening], moment: datetime) -> tuple[Happening, ...]:
    """Keep those nearest to a moment, as many as one may want to read at once."""
    at = sum(one.at <= moment for one in found)
    first = max(0, min(at - MOST // 2, len(found) - MOST))
    return tuple(found[first : first + MOST])


def _of_lane(lane: Lane, who: str) -> Iterator[Happening]:
    key = lane.call_control_id
    for span in lane.spans:
        if span.what not in ("in", "muted") or not lane.modes:  # of a supervisor the mode says more
            yield Happening(span.begins_at, who, WORDS[span.what], "state", key)
    if lane.spans and (ended_at := lane.spans[-1].ends_at) is not None:
        yield Happening(ended_at, who, "gone", "state", key)
    for span in lane.modes:
        yield Happening(span.begins_at, who, _MODES.get(span.what, "mode not known"), "mode", key)
    for span in lane.whispers:
        yield Happening(span.begins_at, who, WORDS[span.what], "state", key)


def _of_command(command: Command) -> Happening:
    role = _ROLES.get(command.role, "")
    mode = f" ({role}{' to ' + ', '.join(command.targets) if command.targets else ''})" if role else ""
    said = f"{_ACTIONS.get(command.action, command.action)}{mode}: {_RESULTS.get(command.result, command.result)}"
    return Happening(command.sent_at, command.who, said, "command", command.call_control_id)


def _of_confirmation(supervision: Supervision) -> Iterator[Happening]:
    """The mode that was confirmed last: of earlier ones it is not kept."""
    if supervision.confirmed_at is not None:
        said = f"{_ROLES.get(supervision.confirmed_role, 'mode')} confirmed by Telnyx"
        key = supervision.call_control_id
        yield Happening(supervision.confirmed_at, supervisor_name(supervision), said, "confirmed", key)


def _of_repair(repair: Repair, name: Callable[[str], str]) -> Happening:
    key = repair.denied.call_control_id
    who = name(key) if key else "The call"
    return Happening(repair.at, "Telnyx, late", correction_words(who, repair.denied.kind), "repair", key)
