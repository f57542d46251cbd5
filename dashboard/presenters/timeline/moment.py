"""The moment of a call that an address asks for, and what to say where it asks for none that there was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

A_SECOND: Final = timedelta(seconds=1)
LONGEST: Final = 40  # characters that are repeated of what cannot be read
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")


@dataclass(frozen=True, slots=True)
class ChosenMoment:
    """The moment to show, and a sentence where it is another than was asked for. `is_given`: one was asked for."""

    moment: datetime
    said: str = ""
    is_given: bool = True


@dataclass(frozen=True, slots=True)
class Stretch:
    """A call from its beginning, a whole second, to its end; of a live one, until now."""

    begins_at: datetime
    ends_at: datetime
    is_live: bool

    @property
    def seconds(self) -> int:
        """Whole seconds that it lasted, at least one."""
        return max(1, int((self.ends_at - self.begins_at).total_seconds()))

    def second_of(self, moment: datetime) -> int:
        return min(self.seconds, max(0, int((moment - self.begins_at).total_seconds())))


def chosen_moment(query: Mapping[str, str], call: Stretch, otherwise: datetime) -> ChosenMoment:
    """Return the moment that an address asks for: `at`, a time to the second, or `second`, counted from the beginning.

    A whole second means that second's end, so that what happened in it has happened. `otherwise`: where none is asked
    for.
    """
    at, second = query.get("at", "").strip(), query.get("second", "").strip()
    if at:
        return _at(at, call)
    if not second:
        return ChosenMoment(otherwise, is_given=False)
    if not re.fullmatch(r"\d{1,6}", second):
        return ChosenMoment(
            call.begins_at,
            _said(_("“{text}” is no number of seconds. This is the call’s beginning."), text=second[:LONGEST]),
        )
    return within(_end_of_second(call.begins_at + timedelta(seconds=int(second))), call)


def within(moment: datetime, call: Stretch) -> ChosenMoment:
    """Return a moment, or the nearest that there was."""
    asked_for, begun, ended = (_clock(one, call) for one in (moment, call.begins_at, call.ends_at))
    if moment < call.begins_at - A_SECOND:
        return ChosenMoment(
            call.begins_at,
            _said(
                _("The call had not begun at {time}. This is its beginning, at {begun}."), time=asked_for, begun=begun
            ),
        )
    if moment > call.ends_at + A_SECOND and call.is_live:
        return ChosenMoment(call.ends_at, _said(_("{time} is still to come. This is how it is now."), time=asked_for))
    if moment > call.ends_at + A_SECOND:
        return ChosenMoment(
            call.ends_at,
            _said(_("The call was over at {time}. This is its end, at {ended}."), time=asked_for, ended=ended),
        )
    return ChosenMoment(min(max(moment, call.begins_at), call.ends_at))


def _at(text: str, call: Stretch) -> ChosenMoment:
    moment = _read(text, call)
    if moment is None:
        return ChosenMoment(
            call.begins_at,
            _said(
                _("“{text}” is no time such as {time}. This is the call’s beginning."),
                text=text[:LONGEST],
                time=_clock(call.begins_at, call),
            ),
        )
    return within(moment, call)


def _read(text: str, call: Stretch) -> datetime | None:
    """Read a time of day, on the day of the call, or a whole date and time; without a zone, where the center is."""
    if clock := _CLOCK.fullmatch(text):
        hour, minute, second = (int(one or 0) for one in clock.groups())
        if hour > 23 or minute > 59 or second > 59:
            return None
        begun = timezone.localtime(call.begins_at)
        moment = begun.replace(hour=hour, minute=minute, second=second, microsecond=0)
        is_next_day = moment < begun - timedelta(hours=12)  # of a call over midnight
        return _end_of_second(moment + timedelta(days=1) if is_next_day else moment)
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus in an address that was not escaped
    except ValueError:
        return None
    if not 2000 <= moment.year < 2100:
        return None
    aware = moment if moment.tzinfo else timezone.make_aware(moment)
    return _end_of_second(aware.astimezone(UTC)) if not moment.microsecond else aware.astimezone(UTC)


def _end_of_second(moment: datetime) -> datetime:
    return moment + A_SECOND - timedelta(microseconds=1)


def _clock(moment: datetime, call: Stretch) -> str:
    """A time of day, with its date where that is not the call's."""
    local = timezone.localtime(moment)
    same = local.date() == timezone.localtime(call.begins_at).date()
    return f"{local:%H:%M:%S}" if same else f"{local:%Y-%m-%d %H:%M:%S}"


def _said(sentence: str, **places: str) -> str:
    return gettext(sentence).format(**places)
