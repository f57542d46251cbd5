"""A supervisor's own views of the board: saved, made the first one, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from conferences.models import SavedView
from dashboard.forms.saved_view import SavedViewForm, make_default, words_of
from dashboard.views.supervisor_request import SupervisorRequest

TEMPLATE = "dashboard/board/_saved_views.html"


def default_query(user: User) -> str:
    """Return what stands in the address of the view that the user sees first; empty: the whole board."""
    found = SavedView.objects.filter(user=user, is_default=True).first()
    return urlencode(words_of(found.query)) if found else ""


def context(user: User, query: Mapping[str, str], form: SavedViewForm | None = None) -> dict[str, Any]:
    """Return what the list of saved views shows beside a page with that address."""
    words = words_of(query)
    views = [
        {
            "view": one,
            "address": f"{reverse('board')}?{urlencode(one.query or {'all': '1'})}",
            "is_now": one.query == words,
        }
        for one in SavedView.objects.filter(user=user)
    ]
    return {"saved_views": views, "saved_view_form": form, "page_query": urlencode(words)}


@require_POST
def save(request: SupervisorRequest) -> HttpResponse:
    """Save the view that the page shows."""
    query = _query(request)
    data = request.POST.dict()
    # Without scripts nobody can be asked whether it is to be replaced.
    form = SavedViewForm(request.user, query, data if request.htmx else data | {"replace": data.get("name", "")})
    if form.is_valid():
        form.save()
        return _shown(request, query)
    return _shown(request, query, form)


@require_POST
def change(request: SupervisorRequest, pk: int) -> HttpResponse:
    """Make one the view that is seen first, or no longer that, or remove it."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    if request.POST.get("action") == "remove":
        view.delete()
    else:
        make_default(view, is_default=request.POST.get("action") == "default")
    return _shown(request, _query(request))


def _query(request: SupervisorRequest) -> dict[str, str]:
    """What the page shows: by its own address as it is now, or as it was when it was loaded."""
    address = request.htmx.current_url_abs_path if request.htmx else ""
    return dict(parse_qsl(urlsplit(address or "").query if request.htmx else request.POST.get("query", "")))


def _shown(request: SupervisorRequest, query: Mapping[str, str], form: SavedViewForm | None = None) -> HttpResponse:
    if request.htmx:
        return render(request, TEMPLATE, context(request.user, query, form))
    for errors in form.errors.values() if form else ():
        messages.warning(request, " ".join(map(str, errors)))
    return redirect(f"{reverse('board')}?{urlencode(words_of(query) or {'all': '1'})}")
