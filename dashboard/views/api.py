"""What the center's own systems may tell Earshot, with API_TOKEN as a bearer token."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conferences.errors import NotPossible
from conferences.ingest.sign_ins import sign_in
from conferences.models import Agent, Conference, Participant
from conferences.supervision.requests import sensitive
from dashboard.views.supervisor_request import client_ip

LARGEST = 4096


Asked = dict[str, Any]
View = Callable[[HttpRequest], HttpResponse]


def for_systems(example: str) -> Callable[[Callable[[HttpRequest, Asked], Asked]], View]:
    """Make a view of a function from what a system asked to what it is told; `example` is shown to whoever errs.

    404 while no API_TOKEN is configured, 401 without it, 422 with a sentence for what cannot be done.
    """

    def make(answer: Callable[[HttpRequest, Asked], Asked]) -> View:
        @csrf_exempt
        @login_not_required
        @require_POST
        @wraps(answer)
        def view(request: HttpRequest) -> JsonResponse:
            if not settings.API_TOKEN:
                raise Http404
            sent = request.headers.get("Authorization", "")
            if not secrets.compare_digest(sent.encode(), f"Bearer {settings.API_TOKEN}".encode()):
                return JsonResponse({"error": "Send API_TOKEN as a bearer token."}, status=401)
            try:
                return JsonResponse(answer(request, _read(request.read(LARGEST + 1), example)))
            except NotPossible as error:
                return JsonResponse({"error": error.sentence, "field": error.field}, status=422)

        return view

    return make


@for_systems('{"agent": "Ana Ruiz", "address": "+14155550188"}')
def agents_sign_in(_: HttpRequest, asked: Asked) -> Asked:
    """Take `{"agent": id or name, "address": …}`: that agent is at this phone now, of all who share it."""
    row = sign_in(_agent(asked.get("agent")), str(asked.get("address") or ""))
    return {"agent": row.agent.name, "address": row.address, "signed_in_at": row.signed_in_at}


@for_systems('{"call_control_id": "v3:…", "seconds": 120, "reason": "card payment"}')
def sensitive_section(request: HttpRequest, asked: Asked) -> Asked:
    """Have nobody listen to the call that a leg is in, or that has this `conference_id`, for `seconds`, default 300.

    With `"end": true` that is over; only the section that a system began, not one of a supervisor's.
    """
    found, ip = _calls(asked), client_ip(request)
    if asked.get("end") is True:
        return {"ended": sum(sensitive.end(one, None, ip=ip) for one in found)} | _ids(found)
    lasting, reason = timedelta(seconds=_seconds(asked.get("seconds"))), str(asked.get("reason") or "")
    begun = [sensitive.begin(one, None, lasting=lasting, reason=reason, ip=ip) for one in found]
    return {"until": max(one.until for one in begun)} | _ids(found)


def _calls(asked: Asked) -> list[Conference]:
    """Return the live conferences with that id, or in which that leg is, or is about to be."""
    names = [one for one in ("conference_id", "call_control_id") if isinstance(asked.get(one), str) and asked[one]]
    if len(names) != 1:
        raise NotPossible("Send either conference_id or call_control_id, as Telnyx has it.", field="call_control_id")
    text, live = asked[names[0]].replace("\0", ""), Conference.objects.live()
    if names == ["conference_id"]:
        found = live.filter(conference_id=text)
    else:
        stays = Participant.objects.present().filter(leg__call_control_id=text)
        found = live.filter(pk__in=stays.values("conference"))
    if calls := list(found):
        return calls
    raise NotPossible("No such call is live.", field=names[0])


def _ids(found: list[Conference]) -> Asked:
    return {"conferences": [one.conference_id for one in found]}


def _seconds(asked: object) -> int:
    if asked is None:
        return int(sensitive.USUAL.total_seconds())
    most = int(sensitive.LONGEST.total_seconds())
    return asked if isinstance(asked, int) and not isinstance(asked, bool) and 0 < asked <= most else 0


def _read(body: bytes, example: str) -> Asked:
    try:
        asked = orjson.loads(body) if len(body) <= LARGEST else None
    except orjson.JSONDecodeError:
        asked = None
    if not isinstance(asked, dict):
        raise NotPossible(f"Send a JSON object: {example}.")
    return asked


def _agent(asked: object) -> Agent:
    if isinstance(asked, int) and not isinstance(asked, bool):
        found = Agent.objects.filter(pk=asked)
    else:
        found = Agent.objects.filter(name=str(asked or ""))
    agents = list(found[:2])
    if len(agents) != 1:
        said = "Several agents have this name; send the id." if agents else "There is no such agent."
        raise NotPossible(said, field="agent")
    return agents[0]
