"""The cookies that hold a screen's token: kept to the screen's own page and socket, and out of every script's reach."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpResponse

PAGES: Final = "wall"
SOCKETS: Final = "wall-socket"  # a name of its own, as an answer has one cookie of a name
_LONGEST: Final = 400 * 24 * 3600  # what browsers keep at most; given anew with every page


def keep(response: HttpResponse, slug: str, token: str) -> None:
    """Have the browser send this token with the page and the socket of this screen, and with nothing else."""
    for name, path in ((PAGES, f"/wallboard/{slug}/"), (SOCKETS, f"/ws/wall/{slug}/")):
        response.set_cookie(
            name,
            token,
            max_age=_LONGEST,
            path=path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
