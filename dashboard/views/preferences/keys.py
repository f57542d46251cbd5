"""The keys that a user has chosen: saved, or the usual ones again."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from dashboard.forms.keys import KeysForm, forget_keys
from dashboard.presenters.board.shortcuts import keys_of, shortcuts
from dashboard.views.supervisor_request import SupervisorRequest


@require_POST
def keys(request: SupervisorRequest) -> HttpResponse:
    """Save the keys as they were typed, all of them or none."""
    if request.POST.get("usual"):
        forget_keys(request.user)
        return _shown(request, said=gettext("These are the usual keys."))
    form = KeysForm(request.POST.dict())
    if not form.errors:
        form.save(request.user)
        return _shown(request, said=gettext("Saved for you, wherever you log in."))
    return _shown(request, form, said=gettext("Nothing was saved."))


def _shown(request: SupervisorRequest, form: KeysForm | None = None, *, said: str) -> HttpResponse:
    if not request.htmx:
        return redirect("board")
    saved = keys_of(request.user)
    listed = shortcuts(form.keys, form.errors) if form else shortcuts(saved)
    context = {"shortcuts": listed, "saved_keys": saved, "said": said}
    return render(request, "dashboard/layout/_keys_form.html", context)
