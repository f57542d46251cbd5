"""The admin's page of the test call: three phones, what was heard at each, and what the last one proved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from conferences.admin.loading.rights import may_load
from conferences.errors import NotPossible
from conferences.models import TestCall
from conferences.testcall import commands, requests
from conferences.testcall.answers import has_spoken
from conferences.testcall.steps import EXPECTED, PHONES


@require_http_methods(["GET", "POST"])
def test_call(request: HttpRequest) -> HttpResponse:
    """Show the test call that goes on, or begin one; take what was heard; end it."""
    user = request.user
    if not isinstance(user, User) or not may_load(user):
        raise PermissionDenied("You may not change the directory.")
    if request.method == "POST":
        try:
            _do(request, user)
        except NotPossible as error:
            messages.error(request, error.sentence)
        return redirect("admin:test_call")
    page = admin.site.each_context(request) | {"title": "Test call"} | _shown(requests.running())
    return TemplateResponse(request, "admin/testcall/test_call.html", page)


def _do(request: HttpRequest, user: User) -> None:
    running = requests.running()
    if "begin" in request.POST:
        requests.begin(user, {phone: request.POST.get(phone, "") for phone in PHONES})
    elif running is not None and "stop" in request.POST:
        requests.stop(running)
    elif running is None:
        raise NotPossible("This is not asked any more.")
    else:
        mode = request.POST.get("mode", "")
        said = {phone: request.POST[phone] for phone in EXPECTED.get(mode, {}) if phone in request.POST}
        if not said or not {*said.values()} <= {"yes", "no"}:
            raise NotPossible("Tick at a phone whether the supervisor was heard there.")
        requests.answer(running, mode, {phone: one == "yes" for phone, one in said.items()}, user)


def _shown(running: TestCall | None) -> dict[str, Any]:
    last = requests.last_result()
    shown: dict[str, Any] = {"running": running, "phones": PHONES, "last": last, "told": _told(running or last)}
    if running is not None and running.state in EXPECTED and running.state not in running.answers:
        shown |= {
            "mode": running.state,
            "word": commands.word(running, running.state),
            "asked": [one for one in EXPECTED[running.state] if one not in running.proof.get(running.state, {})],
            "has_spoken": has_spoken(running),
        }
    return shown


def _told(test: TestCall | None) -> list[dict[str, Any]]:
    """Return what was heard at each phone in each mode, in their order, and how that is known."""
    return [
        {**told, "mode": mode, "phone": phone, "at": _time(told), "is_as_said": told["heard"] == expected}
        for mode, phones in EXPECTED.items()
        for phone, expected in phones.items()
        if test is not None and (told := test.proof.get(mode, {}).get(phone))
    ]


def _time(told: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(told["at"]) if told["at"] else None
