"""What costs much is bounded, for each who asks and for all together, so that nobody keeps the others waiting."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from csp.utils import build_policy
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language, get_language_from_request, gettext, override
from django.utils.translation import gettext_noop as _

from dashboard.server.client_address import Network, client_of

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
GetResponse = Callable[[HttpRequest], HttpResponse]

MOST_KNOWN: Final = 10_000  # who ask, of each kind


class Full(Exception):
    """As much of this is under way as may be at a time."""


class Allowance:
    """How often each may: so many at once, and so many a second from then on, in this process."""

    def __init__(self, at_once: float, a_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._a_second, self._clock = at_once, a_second, clock
        self._left: dict[str, tuple[float, float]] = {}  # who → how many more, as of when

    def takes(self, who: str) -> bool:
        """Count one more of theirs, and return whether it may be."""
        now = self._clock()
        left, since = self._left.pop(who, (self._at_once, now))
        left = min(self._at_once, left + (now - since) * self._a_second)
        remember(self._left, who, (max(0.0, left - 1), now))
        return left >= 1


def remember(known: dict[str, Any], who: str, what: Any) -> None:
    """Put it last, and forget who came first when there are too many."""
    if len(known) >= MOST_KNOWN:
        known.pop(next(iter(known)))
    known[who] = what


@dataclass
class Bound:
    """At most so many at a time, and of late, in this process. Thread-safe."""

    name: str
    each: int
    all: int
    sentence: str
    of_late: Allowance | None = None
    _under_way: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def one(self, who: str) -> Iterator[None]:
        """Count one under way until the block is left. Raises Full."""
        with self._lock:
            if self._under_way[who] >= self.each or self._under_way.total() >= self.all:
                raise Full
            if self.of_late is not None and not self.of_late.takes(who):
                raise Full
            self._under_way[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[who] -= 1
                self._under_way += Counter()  # forget those who have none


# A shift that begins behind one address is let in, and whoever guesses passwords there is not for long.
_SHIFT: Final = Allowance(at_once=40, a_second=1)
LOGINS: Final = Bound("login", each=2, all=6, sentence=_("Many people are logging in at this moment."), of_late=_SHIFT)
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


class BoundedLogins:
    """An ASGI application around Django's that does the same for logins: who guesses passwords comes in great numbers.

    In front of Django, for a refusal there costs a thread and a fifth of what a page does. So for whatever else an
    account's pages take in: passwords are hashed for most of it. Logging out never waits.
    """

    def __init__(self, application: Application, proxies: Sequence[Network]) -> None:
        self._application = application
        self._proxies = proxies
        self._accounts = reverse("account")
        self._free = reverse("account_logout")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["method"] != "POST" or not path.startswith(self._accounts) or path == self._free:
            await self._application(scope, receive, send)
            return
        request = ASGIRequest(scope, BytesIO())
        said = request.headers.get("X-Forwarded-For", "")
        client = client_of(request.META.get("REMOTE_ADDR") or "", said, self._proxies)
        try:
            with LOGINS.one(f"from {client}"):
                await self._application(scope, receive, send)
        except Full:
            await _answer(_come_back_in_her_language(request), send)


def _come_back_in_her_language(request: HttpRequest) -> HttpResponse:
    with override(get_language_from_request(request)):
        response = _come_back(request, LOGINS)
    response.headers["Content-Security-Policy"] = build_policy()
    return response


async def _answer(response: HttpResponse, send: Send) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


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
