"""The admin's page that loads the directory from a file or from what is pasted, and writes it as a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods

from conferences.admin.loading import table
from conferences.admin.loading.applying import apply
from conferences.admin.loading.comparing import Plan, compare
from conferences.admin.loading.exporting import export
from conferences.admin.loading.rights import may_load, may_see_all, rights_of
from conferences.admin.loading.steps import Effect, Kind, Step
from conferences.admin.loading.table import COLUMNS
from conferences.admin.rights.links import hand_out
from conferences.errors import NotPossible

MOST_BYTES: Final = 200_000  # of a request's 262,144, which proxies are told as well
MOST_SHOWN: Final = 500
_TOO_LARGE: Final = (
    "The page takes files of up to 200 kB, some three thousand lines. "
    "Load larger ones on the server: manage.py load_directory FILE."
)


@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """Show what a file would change, line by line; write it when what was shown is confirmed, all of it or nothing."""
    user = _user(request)
    context: dict[str, Any] = {"text": request.POST.get("text", "")}
    if request.method == "POST":
        try:
            read = table.read(_content(request))
            context |= {"text": read.text, "note": read.note}
            plan_anew = partial(compare, read, rights_of(user))
            if "apply" in request.POST:
                return _applied(request, user, plan_anew)
            context |= _shown(plan_anew())
        except NotPossible as error:
            messages.error(request, error.sentence)
    page = admin.site.each_context(request) | {"title": "Load the directory from a file", "columns": COLUMNS}
    return TemplateResponse(request, "admin/loading/load.html", page | context)


@require_GET
def save(request: HttpRequest) -> HttpResponse:
    """Send the directory as a file; to those who may see all of it."""
    user = _user(request)
    if not may_see_all(user):
        raise PermissionDenied("You may not see the whole directory.")
    response = HttpResponse(export().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="directory.csv"'
    return response


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not may_load(user):
        raise PermissionDenied("You may not change the directory.")
    return user


def _content(request: HttpRequest) -> bytes | str:
    file = request.FILES.get("file")
    if file is not None and not isinstance(file, list):
        if (file.size or 0) > MOST_BYTES:
            raise NotPossible(_TOO_LARGE)
        return bytes(file.read())
    text = request.POST.get("text", "")
    if len(text.encode()) > MOST_BYTES:
        raise NotPossible(_TOO_LARGE)
    if not text.strip():
        raise NotPossible("Choose a file, or paste its lines.")
    return text


def _shown(plan: Plan) -> dict[str, Any]:
    """The lines that somebody has to read: what is wrong, then what changes, each as in the file."""
    told = sorted(
        (step for step in plan.steps if step.effect is not Effect.UNCHANGED),
        key=lambda step: (step.effect is not Effect.WRONG, step.number),
    )
    return {"plan": plan, "steps": told[:MOST_SHOWN], "more": len(told) - MOST_SHOWN, "counts": [*plan.counts.items()]}


def _applied(request: HttpRequest, user: User, plan_anew: Callable[[], Plan]) -> HttpResponse:
    made = apply(plan_anew, shown=request.POST.get("shown", ""))
    if not made.is_sound:
        raise NotPossible("Nothing was written: mend the lines that are wrong first.")
    written = [step for step in made.steps if step.effect is not Effect.UNCHANGED]
    _keep(user, written)
    counts = f"{made.counts[Effect.NEW]} new, {made.counts[Effect.CHANGED]} changed"
    messages.success(request, f"The directory is loaded: {counts}. Live calls are shown accordingly.")
    newcomers = [step.row for step in written if step.kind is Kind.SUPERVISOR and step.effect is Effect.NEW]
    return hand_out(request, newcomers) if newcomers else redirect("admin:index")


def _keep(user: User, steps: list[Step]) -> None:
    """Beside each row, in the admin's own history: who changed what, as when it is saved there."""
    types = ContentType.objects.get_for_models(*{type(step.row) for step in steps})
    entries = [
        LogEntry(
            user=user,
            content_type=types[type(step.row)],
            object_id=str(step.row.pk),
            object_repr=str(step.row)[:200],
            action_flag=ADDITION if step.effect is Effect.NEW else CHANGE,
            change_message=f"From a file, line {step.number}: {'; '.join(step.changes)}",
        )
        for step in steps
    ]
    LogEntry.objects.bulk_create(entries, batch_size=500)
