"""Who may ask as a system of the center's: whoever sends API_TOKEN as a bearer token, in JSON of a few kilobytes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from conferences.errors import NotPossible
from conferences.models import Agent

LARGEST: Final = 4096
MOST_ID: Final = 2**63 - 1

Asked = dict[str, Any]
View = Callable[[HttpRequest], HttpResponse]


def for_systems(example: str = "") -> Callable[[Callable[[HttpRequest, Asked], Asked]], View]:
    """Make a view of a function from what a system asked to what it is told; `example` is shown to whoever errs.

    Without an example nothing is sent to it: it is asked with GET, and what it is asked stands in its address.
    404 while no API_TOKEN is configured, 401 without it, 422 with a sentence for what cannot be done.
    """

    def make(answer: Callable[[HttpRequest, Asked], Asked]) -> View:
        @csrf_exempt
        @login_not_required
        @require_http_methods(["POST"] if example else ["GET"])
        @wraps(answer)
        def view(request: HttpRequest) -> JsonResponse:
            if not settings.API_TOKEN:
                raise Http404
            sent = request.headers.get("Authorization", "")
            if not secrets.compare_digest(sent.encode(), f"Bearer {settings.API_TOKEN}".encode()):
                return JsonResponse({"error": "Send API_TOKEN as a bearer token."}, status=401)
            try:
                return JsonResponse(answer(request, _read(request, example)))
            except NotPossible as error:
                return JsonResponse({"error": error.sentence, "field": error.field}, status=422)

        return view

    return make


def _read(request: HttpRequest, example: str) -> Asked:
    if not example:
        return {**request.GET.dict()}
    body = request.read(LARGEST + 1)
    try:
        asked = orjson.loads(body) if len(body) <= LARGEST else None
    except orjson.JSONDecodeError:
        asked = None
    if not isinstance(asked, dict):
        raise NotPossible(f"Send a JSON object: {example}.")
    return asked


def agent_of(asked: object) -> Agent:
    """Return the agent of this id or name. Raises NotPossible where that is not one."""
    if isinstance(asked, int) and not isinstance(asked, bool):
        found = Agent.objects.filter(pk=asked if 0 < asked <= MOST_ID else 0)
    else:
        found = Agent.objects.filter(name=str(asked or "").replace("\0", ""))
    agents = list(found[:2])
    if len(agents) != 1:
        said = "Several agents have this name; send the id." if agents else "There is no such agent."
        raise NotPossible(said, field="agent")
    return agents[0]


def lasting_of(asked: object, longest: timedelta) -> timedelta:
    """Return what a system sent as whole seconds; what is no number of them, or more than `longest`, as none at all."""
    if not isinstance(asked, int) or isinstance(asked, bool) or not 0 < asked <= longest.total_seconds():
        return timedelta(0)
    return timedelta(seconds=asked)
