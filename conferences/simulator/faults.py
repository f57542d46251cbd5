"""What may go wrong on purpose: with webhooks on their way, and with answers to API requests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from random import Random
from threading import Lock
from typing import Any, Literal

Kind = Literal[
    "answer", "rate_limited", "error", "unavailable", "bad_gateway", "unauthorized",
    "empty", "invalid_json", "stale", "slow", "hang", "drop", "reset",
]  # fmt: skip
INSTEAD_OF_WORK = ("answer", "rate_limited", "error", "unavailable", "bad_gateway", "unauthorized", "stale")
AFTER_WORK = ("empty", "invalid_json", "slow", "hang", "drop", "reset")


@dataclass
class WebhookFaults:
    """Rates between 0 and 1 of what happens to each webhook whose type matches `events` (a full match)."""

    duplicate_rate: float = 0.0
    drop_rate: float = 0.0
    swallow_rate: float = 0.0
    """How often somebody on the way acknowledges a webhook and loses it: to the provider it is delivered."""
    reorder_rate: float = 0.0
    delay_rate: float = 0.0
    delay_seconds: tuple[float, float] = (1.0, 5.0)
    pretty_rate: float = 0.0
    extra_keys_rate: float = 0.0
    bad_signature_rate: float = 0.0
    early_rate: float = 0.0
    """How often webhooks of a command arrive before the answer to the command."""
    events: str = ".*"
    paused: bool = False
    """Hold everything back until it is false again."""

    def hits(self, rate: float, event_type: str, random: Random) -> bool:
        """Draw whether a fault of this rate befalls an event; a rate of 0 draws no chance, so stories stay the same."""
        return rate > 0 and re.fullmatch(self.events, event_type) is not None and random.random() < rate

    def set(self, changes: dict[str, Any]) -> None:
        """Change several at once; raises ValueError for an unknown name."""
        known = {each.name for each in fields(self)}
        unknown = set(changes) - known
        if unknown:
            raise ValueError(f"no such webhook fault: {', '.join(sorted(unknown))}")
        for name, value in changes.items():
            setattr(self, name, tuple(value) if name == "delay_seconds" else value)


@dataclass
class ApiFault:
    """One fault for the requests whose method and path match; `times` is None for ever."""

    kind: Kind
    method: str = ".*"
    path: str = ".*"
    times: int | None = 1
    status: int = 422
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float | None = None
    """How long slow and hang hold the answer back, or what a 429 announces; None for a second, an hour, and 3."""
    works: bool | None = None
    """Whether the command is carried out all the same; None for what the kind implies."""

    def __post_init__(self) -> None:
        """Refuse now what would fail at every later request; raises ValueError."""
        for pattern in (self.method, self.path):
            try:
                re.compile(pattern)
            except (re.error, TypeError) as error:
                raise ValueError(f"no pattern: {pattern!r}") from error
        numbers = {"times": self.times, "status": self.status, "seconds": self.seconds}
        for name, value in numbers.items():
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
                raise ValueError(f"{name} must be a number")

    @property
    def does_work(self) -> bool:
        """Whether the command behind the faulty answer is carried out."""
        return self.kind in AFTER_WORK if self.works is None else self.works

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a request is befallen; the path pattern may match anywhere in the path."""
        if self.times is not None and self.times <= 0:
            return False
        return re.fullmatch(self.method, method) is not None and re.search(self.path, path) is not None


class Faults:
    """All faults in force; `webhooks` may be set directly, API faults are added and used up."""

    def __init__(self) -> None:
        self.webhooks = WebhookFaults()
        self.api: list[ApiFault] = []
        self._lock = Lock()

    def add(self, kind: Kind, **details: Any) -> ApiFault:
        """Let the next matching request fail: method=, path=, times=, status=, body=, headers=, seconds=, works=."""
        if kind not in INSTEAD_OF_WORK + AFTER_WORK:
            raise ValueError(f"no such fault: {kind}")
        fault = ApiFault(kind, **details)
        with self._lock:
            self.api.append(fault)
        return fault

    def take(self, method: str, path: str) -> ApiFault | None:
        """Return the fault for this request, if any, counted as used."""
        with self._lock:
            for fault in self.api:
                if fault.matches(method, path):
                    fault.times = None if fault.times is None else fault.times - 1
                    return fault
        return None

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self.api.clear()
        self.webhooks = WebhookFaults()
