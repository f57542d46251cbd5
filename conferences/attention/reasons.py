"""The rule: what is known of a call, and its limits, give reasons; each says from when on it counts, and how much.

Time alone may bring a reason up, without anything happening. So a reason is given as soon as it is foreseen, with its
moments; whoever shows it compares these with the clock and decides nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from conferences.attention.limits import Limit, Limits

NO_AGENT: Final = Limit(10, 30)
MUTED: Final = Limit(40, 120)
WARN_BEFORE_END, ALARM_BEFORE_END = timedelta(minutes=15), timedelta(minutes=5)
UNANSWERED_HELP: Final = timedelta(seconds=30)
MANY_HOLDS: Final = 3


class Kind(StrEnum):
    """Why a call needs attention."""

    HELP = "help"  # its agent asks for help
    NO_AGENT = "no_agent"  # the agent has left, and somebody is still there
    WAITING = "waiting"  # for an agent who has not been there yet
    ON_HOLD = "on_hold"
    MUTED = "muted"  # every agent in it is, and somebody waits for a word
    ENDS_SOON = "ends_soon"  # by the provider's limit
    HELD_AGAIN = "held_again"
    LONG = "long"
    DRIFT = "drift"  # the provider told late, and what was shown had to be put right


# How urgent one is beside the others of its level.
RANK: Final = {kind: len(Kind) - place for place, kind in enumerate(Kind)}


class Level(IntEnum):
    """How much a reason counts now."""

    NOT_YET = 0
    ATTENTION = 1
    ALARM = 2


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, and since when. `limit`: the seconds that were promised; `until`: what it counts down to; `count`: of holds;
    `who`: asks for help.

    It counts from `warn_at` on and is an alarm from `alarm_at` on; None: never.
    """

    kind: Kind
    since: datetime
    warn_at: datetime
    alarm_at: datetime | None = None
    limit: int | None = None
    until: datetime | None = None
    count: int = 0
    who: str = ""

    @property
    def rank(self) -> int:
        """How urgent it is beside others of the same level; greater is more."""
        return RANK[self.kind]

    def level(self, now: datetime) -> Level:
        """Return how much it counts then."""
        if self.alarm_at is not None and now >= self.alarm_at:
            return Level.ALARM
        return Level.ATTENTION if now >= self.warn_at else Level.NOT_YET

    def weight(self, now: datetime) -> int:
        """Return its place among reasons of any level; 0 while it does not count."""
        level = self.level(now)
        return level * 100 + self.rank if level else 0


@dataclass(frozen=True, slots=True)
class Watched:
    """What the rule asks of a live call: since when something is so; None where it is not so, or not known."""

    waiting_since: datetime | None = None
    alone_since: datetime | None = None
    held_since: datetime | None = None
    muted_since: datetime | None = None
    holds: int = 0
    held_last: datetime | None = None  # when the last of the holds began, if that is still known
    started_at: datetime | None = None
    expires_at: datetime | None = None
    drift_at: datetime | None = None
    help_asked_at: datetime | None = None  # by the first of those whom nobody answers yet,
    help_asked_by: str = ""


def reasons(call: Watched, limits: Limits) -> tuple[Reason, ...]:
    """Return all that is foreseen for a live call unless something happens, the most urgent kinds first."""
    return tuple(sorted(_foreseen(call, limits), key=lambda one: -one.rank))


def weight(found: Iterable[Reason], now: datetime) -> int:
    """Return a call's place by its weightiest reason; 0: it needs no attention."""
    return max((one.weight(now) for one in found), default=0)


def _foreseen(call: Watched, limits: Limits) -> Iterator[Reason]:
    for kind, since, limit in (
        (Kind.WAITING, call.waiting_since, limits.wait),
        (Kind.NO_AGENT, call.alone_since, NO_AGENT),
        (Kind.ON_HOLD, call.held_since, limits.hold),
        (Kind.MUTED, call.muted_since, MUTED),
        (Kind.LONG, call.started_at, limits.talk),
    ):
        if since is not None and limit.warn is not None:
            yield _after(kind, since, limit)
    yield from _at_once(call)
    if call.expires_at is not None:
        warn_at, alarm_at = call.expires_at - WARN_BEFORE_END, call.expires_at - ALARM_BEFORE_END
        yield Reason(Kind.ENDS_SOON, warn_at, warn_at, alarm_at, until=call.expires_at)


def _after(kind: Kind, since: datetime, limit: Limit) -> Reason:
    warn_at = since + timedelta(seconds=limit.warn or 0)
    alarm_at = since + timedelta(seconds=limit.alarm) if limit.alarm is not None else None
    return Reason(kind, since, warn_at, alarm_at, limit.warn)


def _at_once(call: Watched) -> Iterator[Reason]:
    """What needs attention as soon as it is so."""
    begun = call.held_last or call.held_since or call.started_at
    if call.holds >= MANY_HOLDS and begun is not None:
        yield Reason(Kind.HELD_AGAIN, begun, begun, count=call.holds)
    if call.drift_at is not None:
        yield Reason(Kind.DRIFT, call.drift_at, call.drift_at)
    if call.help_asked_at is not None:
        asked_at, who = call.help_asked_at, call.help_asked_by
        yield Reason(Kind.HELP, asked_at, asked_at, asked_at + UNANSWERED_HELP, who=who)
