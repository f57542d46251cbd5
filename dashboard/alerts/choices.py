"""What a user has chosen to be alerted to, and by which means; off unless she has. The only writer of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import time
from typing import Any

import orjson
from django.contrib.auth.models import User
from django.utils import timezone

from conferences import clock
from conferences.models import AlertChoice
from conferences.models.listening.scope import queues_in
from conferences.wording.alerts import NAMES
from dashboard.presenters.audience import audience_of

SOUND, DESKTOP = MEANS = ("sound", "desktop")
Chosen = Mapping[str, Collection[str]]


def choice_of(user: User) -> AlertChoice:
    """Return what the user has chosen; unsaved, and all of it off, where she has not."""
    return AlertChoice.objects.filter(user=user).first() or AlertChoice(user=user)


def choose(user: User, chosen: Chosen, quiet_from: time | None, quiet_until: time | None) -> None:
    """Keep what she chooses, of kinds and means that there are."""
    kept = {kind: [one for one in MEANS if one in chosen.get(kind, ())] for kind in NAMES}
    kinds = {kind: means for kind, means in kept.items() if means}
    values = {"kinds": kinds, "quiet_from": quiet_from, "quiet_until": quiet_until}
    AlertChoice.objects.update_or_create(user=user, defaults=values)


def means_now(choice: AlertChoice, kind: str) -> tuple[str, ...]:
    """Return by which means she is to be alerted to that kind now; none in her quiet hours."""
    return () if is_quiet(choice) else tuple(one for one in MEANS if one in choice.kinds.get(kind, ()))


def is_quiet(choice: AlertChoice) -> bool:
    """Return whether it is within her quiet hours, which may go past midnight."""
    begins, ends = choice.quiet_from, choice.quiet_until
    if begins is None or ends is None or begins == ends:
        return False
    now = timezone.localtime(clock.now()).time()
    return begins <= now < ends if begins < ends else now >= begins or now < ends


def for_page(user: User) -> dict[str, Any]:
    """Return what a page needs to raise alerts: the kinds chosen, and how many callers are too many by queue."""
    kinds = choice_of(user).kinds
    queues = queues_in(audience_of(user).scope).filter(most_waiting__isnull=False) if "calls_waiting" in kinds else []
    most = {str(one.pk): one.most_waiting for one in queues}
    return {"alert_kinds": " ".join(kinds), "alert_queues": orjson.dumps(most).decode()}
