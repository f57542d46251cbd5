"""Screens on walls: each has a token that lets it read and nothing else. The only writer of these."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from conferences.models import WallScreen


def new_token() -> str:
    """Return a token that nobody guesses; show it once and keep its digest."""
    return f"wall_{secrets.token_urlsafe(32)}"


def give(screen: WallScreen, token: str, by: AbstractBaseUser) -> None:
    """Make a screen that reads by this token, or let one that is there read by this and by no earlier one."""
    screen.digest, screen.made_by_id, screen.made_at = _digest(token), by.pk, timezone.now()
    screen.ended_at = None
    screen.save()


def screen_of(token: str) -> WallScreen | None:
    """Return the screen whose token this is, with its teams; None for a made-up token or one that was taken back."""
    return WallScreen.objects.prefetch_related("teams").filter(digest=_digest(token), ended_at=None).first()


def admit(slug: str, token: str) -> WallScreen | None:
    """Return the screen at this address if that is its token; None where it is another's, or good no more."""
    screen = screen_of(token)
    return screen if screen is not None and screen.slug == slug else None


def open_screens(keys: Collection[int]) -> list[WallScreen]:
    """Return those of these screens whose token is still good, with what they show."""
    return [*WallScreen.objects.prefetch_related("teams", "queues").filter(pk__in=keys, ended_at=None)]


def take_back(screen: WallScreen) -> None:
    """Let a token be good for nothing from now on."""
    WallScreen.objects.filter(pk=screen.pk, ended_at=None).update(ended_at=timezone.now())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
