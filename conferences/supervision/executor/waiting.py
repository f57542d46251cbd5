"""Carries a supervision on because somebody asked for something, for as long as that somebody may be kept waiting."""

from __future__ import annotations

import threading
from contextvars import copy_context
from functools import partial
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections

from conferences import provider
from conferences.liveness import boundaries
from conferences.models import Supervision
from conferences.supervision.executor.advancing import advance

# For as long as a join that comes too early is tried, and a little more.
GLANCE: Final = 0.1
MOST_GLANCES: Final = 30


def advance_within(supervision_id: UUID, seconds: float) -> None:
    """Advance a supervision, and return after so many seconds at most.

    What the provider keeps waiting goes on by itself: a page that waited for it could send no other wish meanwhile. A
    process without background tasks of its own does all of it before returning.
    """
    if not settings.RUN_BACKGROUND:
        advance(supervision_id)
        return
    worker = threading.Thread(
        target=copy_context().run, args=(_advance_apart, supervision_id), name="asked", daemon=True
    )
    worker.start()
    worker.join(seconds)


def advance_own_leg(supervision_id: UUID) -> Supervision:
    """Advance one that joins with a leg that is up already, until it is known what came of that, or for some seconds.

    It may be another worker that joins it: whoever asked reads in the form what the provider said all the same.
    """
    for _ in range(MOST_GLANCES):
        advance(supervision_id)
        mine = Supervision.objects.get(pk=supervision_id)
        is_settled = mine.ended_at is not None or mine.accepted_at is not None
        if is_settled or mine.notice_kind or mine.ask_sent_at is not None:
            break
        provider.sleep(GLANCE)
    return mine


def _advance_apart(supervision_id: UUID) -> None:
    boundaries.ONE_TASK.run(partial(advance, supervision_id))
    close_old_connections()
