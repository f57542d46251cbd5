"""Links by which people choose their passwords, handed out by an administrator: shown once, and kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from conferences.audit import logins as audit
from conferences.logins import links


def hand_out(request: HttpRequest, people: Sequence[User]) -> HttpResponse:
    """Answer with a link for each of them who may log in, and put on record by whom it was given.

    In the page itself and in no message to the next one: those are kept in a cookie, or with the session.
    """
    given = []
    for user in people:
        if user.is_active:
            audit.link(user, "give_link", by=request.user)
            given.append((user, request.build_absolute_uri(links.BY_HAND.path_for(user))))
    told = {"title": "Links to choose a password", "links": given, "until": links.BY_HAND.good_until()}
    left_out = [user for user in people if not user.is_active]
    return TemplateResponse(request, "admin/links.html", admin.site.each_context(request) | told | {"off": left_out})
