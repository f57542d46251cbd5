"""Delivering webhooks: signed, retried with growing waits, sent to the failover URL, and every attempt on record."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from random import Random

from conferences.simulator.delivery.keys import SigningKey
from conferences.simulator.delivery.outbox import Attempt, Delivery, Job, Outbox
from conferences.simulator.delivery.posting import ANSWER_SECONDS, NO_ANSWER, HttpPost, Post, worth_repeating
from conferences.simulator.faults import Faults
from conferences.simulator.switches import Switches
from conferences.simulator.world import Event, identifiers
from conferences.simulator.world.clock import Clock

DELIVERIES_KEPT = 20_000


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
        self._outbox = Outbox(clock)
        self._lock = threading.RLock()
        self._workers: list[threading.Thread] = []
        self._stopping = False
        self._stranger = SigningKey.generate()

    def accept(self, event: Event) -> None:
        """Take an event for delivery; the faults decide what happens to it on the way."""
        faults = self.faults.webhooks
        with self._lock:
            delivery = Delivery(identifiers.new_uuid(self._random), event, self.clock())
            self.deliveries.append(delivery)
            if faults.hits(faults.drop_rate, event.type, self._random):
                delivery.status = "failed"
                return
            if faults.hits(faults.swallow_rate, event.type, self._random):
                delivery.status = "delivered"
                return
            self._queue(delivery)
            if faults.hits(faults.duplicate_rate, event.type, self._random):
                self._queue(Delivery(delivery.id, event, delivery.started_at))

    def _queue(self, delivery: Delivery) -> None:
        faults, event = self.faults.webhooks, delivery.event
        seconds, shift = 0.0, 0.0
        if faults.hits(faults.delay_rate, event.type, self._random):
            seconds = self._random.uniform(*faults.delay_seconds)
        if faults.hits(faults.reorder_rate, event.type, self._random):
            shift = self._random.uniform(1.0, 6.0)
            # Pumped one by one, a place further back is enough; workers are too quick for that.
            seconds += self._random.uniform(0.02, 0.5) if self._workers else 0.0
        self._outbox.put(delivery, event.url, seconds=seconds, shift=shift)

    @property
    def waiting(self) -> int:
        """How many deliveries are queued or under way, due or not."""
        return len(self._outbox)

    def pump(self) -> int:
        """Deliver, one after the other, all that is due now and all it gives rise to; how many POSTs were made."""
        count = 0
        while job := self._next():
            self._run(job)
            count += 1
        return count

    def _next(self) -> Job | None:
        return None if self.faults.webhooks.paused else self._outbox.take()

    def _run(self, job: Job) -> None:
        try:
            self._attempt(job)
        finally:
            self._outbox.done()

    def _attempt(self, job: Job) -> None:
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

    def _body(self, job: Job) -> bytes:
        faults, event = self.faults.webhooks, job.delivery.event
        envelope = {"data": event.data, "meta": {"attempt": job.number, "delivered_to": job.url}}
        if faults.hits(faults.extra_keys_rate, event.type, self._random):
            payload = {**event.payload, "x_added_later": {"list": [1, None], "note": "unknown to you"}}
            envelope = {**envelope, "data": {**event.data, "payload": payload, "x_shard": "a7"}}
        indent = 2 if faults.hits(faults.pretty_rate, event.type, self._random) else None
        separators = None if indent else (",", ":")
        return json.dumps(envelope, sort_keys=True, indent=indent, separators=separators).encode()

    def _signature(self, job: Job, body: bytes) -> dict[str, str]:
        faults = self.faults.webhooks
        forged = faults.hits(faults.bad_signature_rate, job.delivery.event.type, self._random)
        return (self._stranger if forged else self.key).headers(body, int(self.signing_time()))

    def _follow_up(self, job: Job, attempt: Attempt) -> None:
        if attempt.delivered:
            job.delivery.status = "delivered"
        elif worth_repeating(attempt.status) and job.number < self.switches.webhook_attempts:
            wait = self.switches.webhook_backoff_seconds * 2 ** (job.number - 1)
            self._outbox.put(job.delivery, job.url, seconds=wait, number=job.number + 1)
        else:
            self._fail_over(job)

    def _fail_over(self, job: Job) -> None:
        failover = job.delivery.event.app.failover_url
        if failover is None or job.url == failover:
            job.delivery.status = "failed"
        else:
            self._outbox.put(job.delivery, failover)

    def start(self, workers: int = 8) -> None:
        """Deliver concurrently, hence in no certain order, until stop()."""
        self._stopping = False
        for number in range(workers):
            thread = threading.Thread(target=self._work, name=f"webhooks-{number}", daemon=True)
            self._workers.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop the workers; what was not delivered stays queued."""
        self._stopping = True
        self._outbox.wake()
        for thread in self._workers:
            thread.join(timeout=ANSWER_SECONDS + 1)
        self._workers.clear()
        if isinstance(self.post, HttpPost):
            self.post.close()

    def _work(self) -> None:
        while not self._stopping:
            job = self._next()
            if job:
                self._run(job)
            else:
                self._outbox.wait()

    def settle(self, timeout: float = 5.0) -> bool:
        """Wait, with workers running, until nothing is queued or under way; whether that came about in time."""
        return self._outbox.wait_until_empty(timeout)

    def hurry(self) -> None:
        """Get what is due delivered before the caller goes on."""
        if self._workers:
            self._outbox.wait_until_idle(timeout=ANSWER_SECONDS)
        else:
            self.pump()
