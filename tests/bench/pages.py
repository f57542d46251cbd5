"""What a page costs the server: its time without the network, its queries, and what goes over the wire."""

from __future__ import annotations

import gc
import gzip
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conferences.history import loading
from conferences.history.kept import Courses
from conferences.models import Conference
from tests.bench.center import Center
from tests.bench.figures import Latency, latency
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served

SECTION = "Pages (server's time for the whole answer, this process)"
TIMES = 7


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section: each page with little on it and with much, and with a long past behind it."""
    center = served.center
    center.live_calls(20)
    client = _logged_in(center)
    yield _line(client, "board of 20 calls", "/")
    yield _line(client, "agents, 20 calls", "/agents/")
    center.live_calls(plan.board)
    yield _line(client, f"board of {plan.board} calls", "/")
    yield _line(client, f"agents, {plan.board} calls", "/agents/")
    call = Conference.objects.live().first()
    assert call is not None
    yield _line(client, "a call just begun", f"/conferences/{call.pk}/")
    worlds = [world for world in center.live_calls(plan.board) if world.id == call.conference_id]
    center.store([event for _ in range(plan.facts) for event in center.toggled(worlds)])
    yield _line(client, f"a call of {plan.facts:,} facts", f"/conferences/{call.pk}/")
    with _nothing_kept():
        yield _line(client, "the same, nothing of it kept", f"/conferences/{call.pk}/")
    center.add_rows(plan.ended, live=False)
    yield _line(client, f"board of {plan.board} calls, {plan.ended:,} ended", "/")
    yield _line(client, f"history of {plan.ended:,} calls", "/history/")


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """Meanwhile each look at a call folds its facts anew, as the first one does."""
    kept, loading.courses = loading.courses, Courses(most=0)
    yield
    loading.courses = kept


def _logged_in(center: Center) -> Client:
    client = Client(headers={"Host": "127.0.0.1"})
    client.cookies["sessionid"] = center.logins(1)[0]
    return client


def _line(client: Client, what: str, url: str) -> Line:
    took: list[float] = []
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    gc.collect()
    gc.freeze()  # as the server does once it has started; here the provider's side is in the same process
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    queries = len(asked)  # counted now: the next request empties the list
    for _ in range(TIMES):
        began = time.perf_counter()
        response = client.get(url)
        took.append(time.perf_counter() - began)
    counted = {"queries": queries, "KB": len(response.content) / 1000, "KB gzipped": _gzipped(response.content)}
    median = latency([statistics.median(took)])
    return Line(SECTION, what, [Latency(median.p50, max(took) * 1000, max(took) * 1000, max(took) * 1000)], counted)


def _gzipped(content: bytes) -> float:
    return len(gzip.compress(content, 5)) / 1000
