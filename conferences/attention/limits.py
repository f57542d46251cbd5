"""From when on a wait, a hold or a talk is too long: a queue's own numbers, or the usual ones."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final


class InvalidLimits(ValueError):
    """Numbers that cannot be. `field`: the name on a queue; `sentence`: what is wrong, to be shown to people."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Limit:
    """Seconds after which something needs attention, and after which it is an alarm. None: never."""

    warn: int | None
    alarm: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a queue promises its callers."""

    wait: Limit = Limit(30, 60)
    hold: Limit = Limit(180, 300)
    talk: Limit = Limit(25 * 60, 40 * 60)

    @classmethod
    def of(cls, holder: object) -> Limits:
        """Read them off a queue, or whatever has `wait_warn`, `wait_alarm` and so on; None gives the usual ones."""
        if holder is None:
            return DEFAULTS
        found = {
            one.name: Limit(getattr(holder, f"{one.name}_warn"), getattr(holder, f"{one.name}_alarm"))
            for one in fields(cls)
        }
        return cls(**found)

    def check(self) -> None:
        """Raise InvalidLimits where an alarm comes before its warning, or anything counts from the first second on."""
        for one in fields(self):
            limit = getattr(self, one.name)
            if limit.warn is not None and limit.warn < 1:
                raise InvalidLimits(f"{one.name}_warn", "Nothing needs attention from its first second on.")
            if limit.alarm is None:
                continue
            if limit.warn is None:
                raise InvalidLimits(f"{one.name}_alarm", "An alarm needs a time for attention before it.")
            if limit.alarm <= limit.warn:
                raise InvalidLimits(f"{one.name}_alarm", "The alarm comes later than the attention.")


DEFAULTS: Final = Limits()
