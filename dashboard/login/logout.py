"""Logging out: whoever is in a call is asked first, for nobody should leave a phone listening behind."""

from __future__ import annotations

import time
from typing import Any, Final

from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from conferences.models import Supervision
from conferences.supervision import requests
from dashboard.presenters.audience import audience_of
from dashboard.presenters.seen import name_for

AT_MOST: Final = 3.0  # seconds that the page waits for the phone to be hung up; it is hung up in any case
GLANCE: Final = 0.2


class AskingLogoutView(LogoutView):
    """Asks a supervisor who is in a call by this login; `leave` says that she wants both."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mine = _running(request)
        if mine is not None:
            if "leave" not in request.POST:
                name = name_for(audience_of(mine.user), mine.conference)
                return render(request, "account/logging_out.html", {"supervision": mine, "name": name})
            _leave(mine)
        response: HttpResponse = super().post(request, *args, **kwargs)
        # Not "cookies": those of every other site under the same domain would go with them.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _running(request: HttpRequest) -> Supervision | None:
    if not request.user.is_authenticated:
        return None
    running = Supervision.objects.running().filter(user=request.user.pk, is_active=True)
    return (
        running.filter(session_key__in=("", request.session.session_key)).select_related("conference", "user").first()
    )


def _leave(mine: Supervision) -> None:
    until = time.monotonic() + AT_MOST
    requests.leave(mine, within=AT_MOST)
    while time.monotonic() < until and Supervision.objects.running().filter(pk=mine.pk, hangup_sent_at=None).exists():
        time.sleep(GLANCE)
