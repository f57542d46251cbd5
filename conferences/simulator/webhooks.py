"""Delivering webhooks: signed, retried with growing waits, sent to the failover URL, and every attempt on record."""

from __future__ import annotations

import heapq
import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

import httpx

from conferences.simulator import identifiers
from conferences.simulator.clock import Clock, later
from conferences.simulator.keys import SigningKey

if TYPE_CHECKING:
    from conferences.simulator.faults import Faults
    from conferences.simulator.switches import Switches
    from conferences.simulator.world import Event

Post = Callable[[str, bytes, dict[str, str]], int]
NO_ANSWER = 0
ANSWER_SECONDS = 2.0
"""Telnyx: Receiving Webhooks page: a webhook not answered within two seconds is sent again."""
DELIVERIES_KEPT = 20_000


@dataclass
class Attempt:
    """One POST: when, where to, and the status that came back (0 for no answer)."""

    url: str
    started_at: datetime
    finished_at: datetime
    status: int
    headers: dict[str, str]

    @property
    def delivered(self) -> bool:
        """Whether it was acknowledged."""
        return 200 <= self.status < 300


@dataclass
class Delivery:
    """One event on its way to one receiver; status is None while attempts remain."""

    id: str
    event: Event
    started_at: datetime
    status: str | None = None
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(order=True)
class _Job:
    due: datetime
    rank: float
    order: int
    delivery: Delivery = field(compare=False)
    url: str = field(compare=False)
    number: int = field(compare=False, default=1)


class Deliverer:
    """Takes events from the world and posts them: by pump() in tests, or concurrently between start() and stop()."""

    def __init__(  # noqa: PLR0913 - keyword-only parts of one deliverer
        self, *, key: SigningKey, clock: Clock, faults: Faults, switches: Switches,
        seed: int = 0, post: Post | None = None, signing_time: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.key = key
        self.clock = clock
        self.faults = faults
        self.switches = switches
        self.post = post or HttpPost()
        # Receivers compare the signature's time with their own wall clock, which a virtual world does not move.
        self.signing_time = signing_time
        self.deliveries: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self._random = Random(seed)  # noqa: S311 - a story that can be told again, not a secret
        self._jobs: list[_Job] = []
        self._order = itertools.count()
        self._ready = threading.Condition()
        self._in_flight = 0
        self._workers: list[threading.Thread] = []
        self._stopping = False
        self._stranger = SigningKey.generate()

    def accept(self, event: Event) -> None:
        """Take an event for delivery; the faults decide what happens to it on the way."""
        faults = self.faults.webhooks
        with self._ready:
            delivery = Delivery(identifiers.new_uuid(self._random), event, self.clock())
            self.deliveries.append(delivery)
            if faults.hits(faults.drop_rate, event.type, self._random):
                delivery.status = "failed"
                return
            self._queue(delivery)
            if faults.hits(faults.duplicate_rate, event.type, self._random):
                self._queue(Delivery(delivery.id, event, delivery.started_at))

    def _queue(self, delivery: Delivery) -> None:
        faults, event = self.faults.webhooks, delivery.event
        seconds = 0.0
        if faults.hits(faults.delay_rate, event.type, self._random):
            seconds = self._random.uniform(*faults.delay_seconds)
        order = next(self._order)
        rank = float(order)
        if faults.hits(faults.reorder_rate, event.type, self._random):
            rank += self._random.uniform(1.0, 6.0)
        self._push(_Job(later(self.clock(), seconds), rank, order, delivery, event.url))

    def _push(self, job: _Job) -> None:
        with self._ready:
            heapq.heappush(self._jobs, job)
            self._ready.notify()

    @property
    def waiting(self) -> int:
        """How many deliveries are queued or under way, due or not."""
        with self._ready:
            return len(self._jobs) + self._in_flight

    def pump(self) -> int:
        """Deliver, one after the other, all that is due now and all it gives rise to; how many POSTs were made."""
        count = 0
        while job := self._take():
            self._run(job)
            count += 1
        return count

    def _take(self) -> _Job | None:
        with self._ready:
            if self.faults.webhooks.paused or not self._jobs or self._jobs[0].due > self.clock():
                return None
            self._in_flight += 1
            return heapq.heappop(self._jobs)

    def _run(self, job: _Job) -> None:
        try:
            self._attempt(job)
        finally:
            with self._ready:
                self._in_flight -= 1
                self._ready.notify_all()

    def _attempt(self, job: _Job) -> None:
        body = self._body(job)
        headers = {"Content-Type": "application/json", "User-Agent": "telnyx-webhooks", **self._signature(job, body)}
        started_at = self.clock()
        try:
            status = self.post(job.url, body, headers)
        except OSError:
            status = NO_ANSWER
        attempt = Attempt(job.url, started_at, self.clock(), status, headers)
        job.delivery.attempts.append(attempt)
        self._follow_up(job, attempt)

    def _body(self, job: _Job) -> bytes:
        faults, event = self.faults.webhooks, job.delivery.event
        envelope = {"data": event.data, "meta": {"attempt": job.number, "delivered_to": job.url}}
        if faults.hits(faults.extra_keys_rate, event.type, self._random):
            payload = {**event.payload, "x_added_later": {"list": [1, None], "note": "unknown to you"}}
            envelope = {**envelope, "data": {**event.data, "payload": payload, "x_shard": "a7"}}
        indent = 2 if faults.hits(faults.pretty_rate, event.type, self._random) else None
        separators = None if indent else (",", ":")
        return json.dumps(envelope, sort_keys=True, indent=indent, separators=separators).encode()

    def _signature(self, job: _Job, body: bytes) -> dict[str, str]:
        faults = self.faults.webhooks
        forged = faults.hits(faults.bad_signature_rate, job.delivery.event.type, self._random)
        return (self._stranger if forged else self.key).headers(body, int(self.signing_time()))

    def _follow_up(self, job: _Job, attempt: Attempt) -> None:
        if attempt.delivered:
            job.delivery.status = "delivered"
        elif _worth_repeating(attempt.status) and job.number < self.switches.webhook_attempts:
            wait = self.switches.webhook_backoff_seconds * 2 ** (job.number - 1)
            due = later(self.clock(), wait)
            self._push(_Job(due, job.rank, next(self._order), job.delivery, job.url, job.number + 1))
        else:
            self._fail_over(job)

    def _fail_over(self, job: _Job) -> None:
        failover = job.delivery.event.app.failover_url
        if failover is None or job.url == failover:
            job.delivery.status = "failed"
        else:
            self._push(_Job(self.clock(), job.rank, next(self._order), job.delivery, failover))

    def start(self, workers: int = 8) -> None:
        """Deliver concurrently, hence in no certain order, until stop()."""
        self._stopping = False
        for number in range(workers):
            thread = threading.Thread(target=self._work, name=f"webhooks-{number}", daemon=True)
            self._workers.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop the workers; what was not delivered stays queued."""
        with self._ready:
            self._stopping = True
            self._ready.notify_all()
        for thread in self._workers:
            thread.join(timeout=ANSWER_SECONDS + 1)
        self._workers.clear()
        if isinstance(self.post, HttpPost):
            self.post.close()

    def _work(self) -> None:
        while not self._stopping:
            job = self._take()
            if job:
                self._run(job)
                continue
            with self._ready:
                self._ready.wait(timeout=self._pause())

    def _pause(self) -> float:
        if self._stopping or not self._jobs or self.faults.webhooks.paused:
            return 0.05
        return min(0.05, max(0.001, (self._jobs[0].due - self.clock()).total_seconds()))

    def settle(self, timeout: float = 5.0) -> bool:
        """With workers running: wait until nothing is queued or under way; whether that came about in time."""
        with self._ready:
            return self._ready.wait_for(lambda: not self._jobs and not self._in_flight, timeout=timeout)

    def hurry(self) -> None:
        """Get what is due delivered before the caller goes on."""
        if self._workers:
            self.settle(timeout=ANSWER_SECONDS)
        else:
            self.pump()


def _worth_repeating(status: int) -> bool:
    """Telnyx: Voice API Webhooks page: 408, 429, 5xx and silence are tried again, other 4xx are not."""
    return status in (NO_ANSWER, 408, 429) or status >= 500


class HttpPost:
    """Posts over real HTTP, giving up after two seconds; follows up to three redirects."""

    def __init__(self) -> None:
        self._client = httpx.Client(timeout=ANSWER_SECONDS, follow_redirects=True, max_redirects=3, trust_env=False)

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status that came back, or 0 for none."""
        try:
            return self._client.post(url, content=body, headers=headers).status_code
        except httpx.RequestError:
            return NO_ANSWER

    def close(self) -> None:
        """Close idle connections."""
        self._client.close()
