"""Reads back from the provider, again and again, what is live: the repair of every webhook that was lost."""

from __future__ import annotations

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from conferences import clock
from conferences.ingest import readback_notes
from conferences.liveness import boundaries, pulse
from conferences.models import Conference
from conferences.reconciliation import backfill, leg_status, readback
from conferences.telnyx.errors import Refused, TelnyxError
from conferences.telnyx.rules import InvalidCommand

log = logging.getLogger(__name__)

EVERY = 1.0  # seconds between two looks at what is due
SWEEP_EVERY = 20.0  # seconds between two looks for what no conference of ours would show


class Command(BaseCommand):
    help = "Read live conferences and legs back from the provider every few seconds, until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do all that is due now, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reconcile again and again. Several may run at once: each conference is read by one of them at a time."""
        self.stopped = threading.Event()
        self.patient = not options["once"]  # who looks once only cannot wait to see it a second time
        if options["once"]:
            self._look(sweep=True)
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopped.set())
        self._run()

    def _run(self) -> None:
        swept = float("-inf")
        while not self.stopped.is_set():
            sweep = time.monotonic() - swept >= SWEEP_EVERY
            swept = time.monotonic() if sweep else swept
            boundaries.READING.run(partial(self._look, sweep=sweep))
            pulse.beat("reconciler", boundaries.READING)
            close_old_connections()
            self.stopped.wait(EVERY + boundaries.READING.pause)

    def _look(self, *, sweep: bool) -> None:
        """Do what is due. Whatever fails has been noted as tried, so that it does not keep the rest waiting."""
        try:
            for action in (_backfill, readback.find_unknown_conferences) if sweep else ():
                self._try(action)
            for conference in readback.due(clock.now()):
                if self.stopped.is_set() or not self._try(partial(_read_back, conference, self.patient)):
                    break
            for action in (_read_stale_legs, _identify_legs) if sweep else ():
                self._try(action)
        except Error:
            log.exception("The database could not be used; trying again")

    def _try(self, action: Callable[[], None]) -> bool:
        """Return False when the provider cannot be asked at all just now. What nobody foresaw stops this alone."""
        self.is_away = False
        boundaries.ONE_READING.run(partial(self._ask, action))
        return not self.is_away

    def _ask(self, action: Callable[[], None]) -> None:
        try:
            action()
        except (Refused, InvalidCommand) as error:
            log.warning("The provider refused to be read: %s", error)
        except TelnyxError as error:
            log.warning("The provider could not be read: %s", error)
            self.is_away = True


def _read_back(conference: Conference, patient: bool) -> None:
    if readback_notes.claim_reading(conference, clock.now()):
        readback.read_back(conference, patient=patient)


def _backfill() -> None:
    found = backfill.run(clock.now())
    if found:
        what = "1 webhook that never arrived was" if found == 1 else f"{found} webhooks that never arrived were"
        log.warning("%s taken from the provider's records", what)


def _identify_legs() -> None:
    now = clock.now()
    backfill.fetch_leg_history(backfill.unidentified_legs(now), now)


def _read_stale_legs() -> None:
    leg_status.read_legs(leg_status.stale_legs(clock.now()))
