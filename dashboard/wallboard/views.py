"""A screen's page: opened once by its token, which never stands in an address that is sent, and then by its cookie."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from conferences import clock
from conferences.liveness import provider_silence
from conferences.logins import wall
from conferences.models import WallScreen
from dashboard.version import VERSION
from dashboard.wallboard.board import boards
from dashboard.wallboard.cookies import PAGES, keep


@login_not_required
@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
def wallboard(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the screen whose token the cookie holds; take a token that is posted; or ask for one.

    Whether there is such a screen at all is told to nobody without its token.
    """
    if request.method == "POST":
        token = request.POST.get("token", "").strip()
        if wall.admit(slug, token) is None:
            return _closed(request, slug, was_refused=True)
        response: HttpResponse = redirect("wallboard", slug)
    else:
        token = request.COOKIES.get(PAGES, "")
        screen = wall.admit(slug, token)
        if screen is None:
            return _closed(request, slug, was_refused=bool(token))
        response = _opened(request, screen)
    keep(response, slug, token)
    return response


def _opened(request: HttpRequest, screen: WallScreen) -> HttpResponse:
    board = boards([screen], clock.now())[screen.pk]
    told = {"screen": screen, "board": board.drawn(), "version": VERSION, "word": provider_silence.last_word()}
    return render(request, "dashboard/wallboard/wallboard.html", told)


def _closed(request: HttpRequest, slug: str, *, was_refused: bool) -> HttpResponse:
    told = {"slug": slug, "was_refused": was_refused}
    return render(request, "dashboard/wallboard/closed.html", told, status=403)
