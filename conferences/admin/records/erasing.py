"""The admin's page that erases a person on request: what would go is counted first, and done once that is confirmed."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from conferences.errors import NotPossible
from conferences.models import Supervisor
from conferences.retention import erasure

MOST_LEGS: Final = 1000  # of which a page can wait for the end
_TOO_MANY: Final = (
    "That is too much for a page to wait for. Do it on the server: manage.py erase_person, at quiet hours."
)


def may_erase(user: Any) -> bool:
    """Return whether the user may erase people: who administers the directory."""
    return bool(user.has_perm("conferences.administer_directory"))


@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Ask whom, show how much says something of that person, and erase it once that is confirmed; on record."""
    if not may_erase(request.user):
        raise PermissionDenied("You may not erase people.")
    who = (request.POST if request.method == "POST" else request.GET).get("who", "").strip()
    context: dict[str, Any] = {"who": who, "why": request.POST.get("why", "").strip()[:200]}
    if who:
        try:
            context |= _asked(request, who, context["why"])
            if "done" in context:
                messages.success(request, _told(context["person"], "is erased", context["done"]))
                return redirect("admin:erase_person")
        except NotPossible as error:
            messages.error(request, error.sentence)
    page = admin.site.each_context(request) | {"title": "Erase a person"}
    return TemplateResponse(request, "admin/erasing.html", page | context)


def _asked(request: HttpRequest, who: str, why: str) -> dict[str, Any]:
    by = request.user if isinstance(request.user, User) else None
    person = erasure.find(who)
    _check(request.user, person)
    counts = erasure.count(person)
    if counts["legs"] > MOST_LEGS:
        raise NotPossible(_TOO_MANY)
    # Confirmed is what was shown: a name may have become somebody else's meanwhile.
    if request.method == "POST" and request.POST.get("shown") == person.called and "erase" in request.POST:
        return {"person": person, "done": erasure.erase(person, why=why, by=by, pause=0)}
    return {"person": person, "counts": counts}


def _check(by: Any, person: erasure.Person) -> None:
    """Raise NotPossible for oneself, and for a superuser unless one asks."""
    user = person.user
    if user is not None and user.pk == by.pk:
        raise NotPossible("Nobody erases herself: ask another administrator.")
    if user is not None and not by.has_perm("conferences.give_rights"):
        raise NotPossible("You may not erase people with a login: that takes their rights away.")
    if user is not None and user.is_superuser and not by.is_superuser:
        raise NotPossible("Only a superuser erases a superuser.")


def _told(person: erasure.Person, verb: str, counts: dict[str, int]) -> str:
    return f"{person.called} {verb}: {', '.join(f'{count} {name}' for name, count in counts.items())}."


@admin.action(description="Erase on request…", permissions=["view"])
def erase_chosen(page: Any, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
    """Lead to the page that asks once more; for one person at a time."""
    people = list(chosen[:2])
    if len(people) != 1:
        messages.error(request, "Choose one person: each is erased by herself.")
        return None
    return redirect(f"{reverse('admin:erase_person')}?{urlencode({'who': _who(people[0])})}")


def _who(person: Any) -> str:
    user = person.user if isinstance(person, Supervisor) else person
    return f"{erasure.A_USER}{user.username}" if isinstance(user, User) else str(person.pk)
