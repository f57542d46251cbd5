"""How things are now, for /metrics: what is not counted where it happens is looked up when monitoring asks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.db import Error as DatabaseTrouble
from prometheus_client import Gauge

from conferences import clock
from conferences import metrics as gauges
from conferences.ingest import feed
from conferences.ingest.webhooks.writer import writer
from conferences.liveness import pulse
from conferences.liveness.loop_watch import watch
from conferences.liveness.provider_silence import last_word, silence
from conferences.liveness.stores import database_bytes
from conferences.models import Conference, Fact, OwedEntry
from dashboard.live.hub import hub
from dashboard.views.monitoring import readiness


def refresh() -> None:
    """Set every gauge. What only the database knows is not a number while it cannot be asked."""
    for part, said in readiness.parts().items():
        gauges.READY.labels(part).set(readiness.is_fit(said))
    gauges.SOCKETS.set(hub.count)
    gauges.QUEUE.set(writer.depth)
    gauges.LOOP_LAG.set(watch.worst())
    gauges.CLOCK.set(clock.ahead())
    lag = hub.lag
    for share in ("p50", "p95"):
        gauges.LAG.labels(share).set(lag.get(share, math.nan))  # nothing was shown lately
    for gauge, ask in _ASKED.items():
        gauge.set(_number(ask))
    for file, size in _sizes().items():
        gauges.DATABASE_BYTES.labels(file).set(size)


def _number(ask: Callable[[], float]) -> float:
    try:
        return ask()
    except DatabaseTrouble:
        return math.nan


def _sizes() -> Mapping[str, int]:
    try:
        return database_bytes()
    except DatabaseTrouble:
        return {}


def _since(find: Callable[[], datetime | None]) -> float:
    at = find()
    return math.nan if at is None else max(0.0, (clock.now() - at).total_seconds())


def _silence() -> float:
    found = silence(clock.now())
    return found.total_seconds() if found else 0.0


def _behind() -> float:
    since = hub.since
    return 0.0 if since is None else max(0.0, feed.latest() - since)


def _not_counting(outcome: Fact.Outcome) -> float:
    return Fact.objects.filter(outcome=outcome).count()


_ASKED: Final[Mapping[Gauge, Callable[[], float]]] = {
    gauges.AGE.labels("provider"): lambda: _since(last_word),
    gauges.AGE.labels("reconciler"): lambda: _since(lambda: pulse.last(pulse.RECONCILER)),
    gauges.AGE.labels("prune"): lambda: _since(lambda: pulse.last(pulse.PRUNING)),
    gauges.SILENCE: _silence,
    gauges.FACTS.labels("dead"): lambda: _not_counting(Fact.Outcome.DEAD),
    gauges.FACTS.labels("parked"): lambda: _not_counting(Fact.Outcome.PARKED),
    gauges.LIVE: lambda: Conference.objects.live().count(),
    gauges.UNASSIGNED: lambda: Conference.objects.live().unassigned().count(),
    gauges.FEED: feed.latest,
    gauges.BEHIND: _behind,
    gauges.OWED: OwedEntry.objects.count,
}
