"""What the center's own systems may tell Earshot, with API_TOKEN as a bearer token."""

from __future__ import annotations

import secrets
from typing import Any

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conferences.errors import NotPossible
from conferences.ingest.sign_ins import sign_in
from conferences.models import Agent

LARGEST = 4096


@csrf_exempt
@login_not_required
@require_POST
def agents_sign_in(request: HttpRequest) -> JsonResponse:
    """Take `{"agent": id or name, "address": …}`: that agent is at this phone now, of all who share it.

    404 while no API_TOKEN is configured, 401 without it, 422 with a sentence for what cannot be done.
    """
    if not settings.API_TOKEN:
        raise Http404
    sent = request.headers.get("Authorization", "")
    if not secrets.compare_digest(sent.encode(), f"Bearer {settings.API_TOKEN}".encode()):
        return JsonResponse({"error": "Send API_TOKEN as a bearer token."}, status=401)
    try:
        asked = _read(request.read(LARGEST + 1))
        row = sign_in(_agent(asked.get("agent")), str(asked.get("address") or ""))
    except NotPossible as error:
        return JsonResponse({"error": error.sentence, "field": error.field}, status=422)
    return JsonResponse({"agent": row.agent.name, "address": row.address, "signed_in_at": row.signed_in_at})


def _read(body: bytes) -> dict[str, Any]:
    try:
        asked = orjson.loads(body) if len(body) <= LARGEST else None
    except orjson.JSONDecodeError:
        asked = None
    if not isinstance(asked, dict):
        raise NotPossible('Send a JSON object: {"agent": "Ana Ruiz", "address": "+14155550188"}.')
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
