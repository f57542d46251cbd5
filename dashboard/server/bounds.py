"""What costs much is bounded, for each who asks and for all together, so that nobody keeps the others waiting."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

GetResponse = Callable[[HttpRequest], HttpResponse]


class Full(Exception):
    """As much of this is under way as may be at a time."""


@dataclass
class Bound:
    """At most so many at a time, in this process. Thread-safe."""

    name: str
    each: int
    all: int
    sentence: str
    _under_way: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def one(self, who: str) -> Iterator[None]:
        """Count one under way until the block is left. Raises Full."""
        with self._lock:
            if self._under_way[who] >= self.each or self._under_way.total() >= self.all:
                raise Full
            self._under_way[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[who] -= 1
                self._under_way += Counter()  # forget those who have none


LOGINS: Final = Bound("login", each=2, all=6, sentence=_("Many people are logging in at this moment."))
RECHECKS: Final = Bound("recheck", each=1, all=6, sentence=_("Telnyx is being asked for you already."))
SEARCHES: Final = Bound("search", each=2, all=8, sentence=_("Your last search is still under way."))


def bound_what_costs(get_response: GetResponse) -> GetResponse:
    """Answer 429 with a sentence instead of taking on more than may be under way.

    Who is not logged in is sent to the login before any of it, and so takes nobody's place.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        bound = _bound_of(request) if request.user.is_authenticated else None
        if bound is None:
            return get_response(request)
        try:
            with bound.one(f"user {request.user.pk}"):
                return get_response(request)
        except Full:
            return _come_back(request, bound)

    return middleware


def bound_logins(get_response: GetResponse) -> GetResponse:
    """The same for logins, before anything is looked up for them: who guesses passwords comes in great numbers.

    So for whatever else an account's pages take in: passwords are hashed for most of it. Logging out never waits.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        is_accounts = request.path_info.startswith(reverse("account"))
        if request.method != "POST" or not is_accounts or request.path_info == reverse("account_logout"):
            return get_response(request)
        try:
            with LOGINS.one(f"from {request.META['REMOTE_ADDR']}"):
                return get_response(request)
        except Full:
            return _come_back(request, LOGINS)

    return middleware


def _bound_of(request: HttpRequest) -> Bound | None:
    try:
        name = resolve(request.path_info).view_name
    except Resolver404:
        return None
    if request.method == "POST":
        return RECHECKS if name == "recheck" else None
    searches = name == "audit" or name.startswith(("admin:", "report"))
    return SEARCHES if searches and request.GET else None


def _come_back(request: HttpRequest, bound: Bound) -> HttpResponse:
    said = f"{gettext(bound.sentence)} {gettext('Try again in a few seconds.')}"
    if request.headers.get("HX-Request"):
        response = HttpResponse(said, content_type="text/plain")
    else:
        back = resolve_url(settings.LOGIN_URL) if bound is LOGINS else request.get_full_path()
        response = HttpResponse(_page(said, back if request.method == "GET" else "", get_language() or ""))
    response.status_code = 429
    response.headers["Retry-After"] = "3"
    return response


@lru_cache(maxsize=32)
def _page(said: str, back: str, language: str) -> str:
    """Rendered once: whoever guesses passwords asks for it as fast as it comes."""
    return render_to_string("busy.html", {"said": said, "back": back})
