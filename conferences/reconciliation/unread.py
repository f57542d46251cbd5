"""Reads the provider's list of those calls in which somebody's mute or hold is not known.

No webhook tells of either, and who hears whom rests on them.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from conferences.models import Conference, Participant
from conferences.reconciliation import readback
from conferences.telnyx.errors import TelnyxError
from conferences.telnyx.rules import InvalidCommand

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 50
# The list is asked for once it has had time to settle, and not for ever when it will not tell.
SETTLED: Final = timedelta(seconds=3)
READ_AGAIN: Final = timedelta(seconds=3)


def find(now: datetime) -> QuerySet[Conference]:
    """Return conferences that are to be read now, fifty at most."""
    present = Participant.objects.present()
    state, settled = Participant.State.JOINED, now - SETTLED
    unread = present.filter(Q(on_hold=None) | Q(muted=None), state=state, joined_at__lt=settled)
    stale = Q(polled_at=None) | Q(polled_at__lt=now - READ_AGAIN)
    return Conference.objects.live().filter(stale, pk__in=unread.values("conference"))[:MOST_AT_ONCE]


def read(conference: Conference) -> None:
    """Read the provider's list of its people; where that fails it is logged, and tried again later."""
    try:
        readback.read_back(conference)
    except (TelnyxError, InvalidCommand) as error:
        log.warning("A conference could not be read back: %s", error)
