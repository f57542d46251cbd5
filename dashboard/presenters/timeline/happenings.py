"""What happened in a call, one line after another: what the lanes draw, for those who read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from conferences.history.commands import Command
from conferences.history.lanes import Lane
from conferences.history.record import Record
from conferences.history.repairs import Repair
from conferences.models import Supervision
from conferences.roster import supervisor_name
from conferences.wording.corrections import correction_words
from dashboard.presenters.timeline.moment import Stretch

MOST: Final = 100
WORDS: Final = {
    "ringing": _("phone rings"),
    "outside": _("answered, not in this call"),
    "joining": _("is being joined"),
    "in": _("in the call"),
    "muted": _("muted"),
    "held": _("on hold"),
    "whispered": _("is whispered to"),
}
_MODES: Final = {"monitor": _("monitors"), "whisper": _("whispers"), "barge": _("barges in"), "none": _("takes part")}
UNKNOWN_MODE: Final = _("mode not known")
_ACTIONS: Final = {
    "dial": _("phone called"),
    "ask": _("asked to press a key"),
    "join": _("join sent"),
    "update": _("change of mode sent"),
    "mute": _("mute sent"),
    "unmute": _("unmute sent"),
    "unhold": _("end of hold sent"),
    "leave": _("leave sent"),
    "hangup": _("hang-up sent"),
}
_RESULTS: Final = {
    "ok": _("accepted"),
    "refused": _("refused"),
    "unknown": _("outcome unknown"),
    "denied": _("not allowed"),
    "": _("no answer yet"),
}
_ROLES: Final = dict(Supervision.Role.choices)  # read in the reader’s language


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: when, to whom, and of which kind (state, mode, command, confirmed, repair)."""

    at: datetime
    who: str
    said: str
    kind: str
    key: str = ""

    @property
    def local(self) -> str:
        """When it happened, on the reader's clock: whole, for machines. By filters a hundred times take their time."""
        return timezone.localtime(self.at).isoformat()

    @property
    def clock(self) -> str:
        return f"{timezone.localtime(self.at):%H:%M:%S}"

    @property
    def asked(self) -> str:
        """How an address asks for its moment, to the second."""
        return timezone.localtime(self.at).replace(microsecond=0).isoformat()


def happenings(
    record: Record, lanes: Iterable[Lane], repairs: Iterable[Repair], name: Callable[[str], str]
) -> tuple[Happening, ...]:
    """Return everything that happened, in order. `name`: what the person on a leg is called."""
    words, modes = ({what: gettext(word) for what, word in some.items()} for some in (WORDS, _MODES))
    found = [
        *(one for lane in lanes for one in _of_lane(lane, name(lane.call_control_id), words, modes)),
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


def _of_lane(lane: Lane, who: str, words: Mapping[str, str], modes: Mapping[str, str]) -> Iterator[Happening]:
    key = lane.call_control_id
    for span in lane.spans:
        if span.what not in ("in", "muted") or not lane.modes:  # of a supervisor the mode says more
            yield Happening(span.begins_at, who, words[span.what], "state", key)
    if lane.spans and (ended_at := lane.spans[-1].ends_at) is not None:
        yield Happening(ended_at, who, gettext("gone"), "state", key)
    for span in lane.modes:
        yield Happening(span.begins_at, who, modes.get(span.what) or gettext(UNKNOWN_MODE), "mode", key)
    for span in lane.whispers:
        yield Happening(span.begins_at, who, words[span.what], "state", key)


def _of_command(command: Command) -> Happening:
    action = gettext(_ACTIONS[command.action]) if command.action in _ACTIONS else command.action
    result = gettext(_RESULTS[command.result]) if command.result in _RESULTS else command.result
    role, targets = _ROLES.get(command.role, ""), ", ".join(command.targets)
    if role and targets:
        said = gettext("{action} ({mode} to {targets}): {result}")
    else:
        said = gettext("{action} ({mode}): {result}") if role else gettext("{action}: {result}")
    said = said.format(action=action, mode=role, targets=targets, result=result)
    return Happening(command.sent_at, command.who, said, "command", command.call_control_id)


def _of_confirmation(supervision: Supervision) -> Iterator[Happening]:
    """The mode that was confirmed last: of earlier ones it is not kept."""
    if supervision.confirmed_at is not None:
        mode = _ROLES.get(supervision.confirmed_role) or gettext("mode")
        said = gettext("{mode} confirmed by Telnyx").format(mode=mode)
        key = supervision.call_control_id
        yield Happening(supervision.confirmed_at, supervisor_name(supervision), said, "confirmed", key)


def _of_repair(repair: Repair, name: Callable[[str], str]) -> Happening:
    key = repair.denied.call_control_id
    who = name(key) if key else gettext("The call")
    return Happening(repair.at, gettext("Telnyx, late"), correction_words(who, repair.denied.kind), "repair", key)
