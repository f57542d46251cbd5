"""Unknown addresses in the admin: what today's calls showed and the directory lacks, each settled by one press."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from conferences.addresses import canonical, masked, readable
from conferences.admin.live import reaching_live_calls
from conferences.admin.records.readonly import Closed, ReadOnly, may_see_numbers_on
from conferences.admin.typed import Admin
from conferences.models import (
    Agent,
    AgentAddress,
    Conference,
    ForeignAddress,
    Leg,
    Queue,
    QueueNumber,
    SystemAddress,
    UnknownAddress,
)
from conferences.unassigned.addresses import MOST_LEGS, Unknown, address_at, is_asked_about, seen_since, today

NEEDED: Final = {
    "agent": "conferences.add_agentaddress",
    "queue": "conferences.add_queuenumber",
    "system": "conferences.add_systemaddress",
    "foreign": "conferences.add_foreignaddress",
}


@admin.register(ForeignAddress)
class ForeignAddressAdmin(ReadOnly):
    """To take back what was said by mistake: once deleted, the address is asked about again."""

    masks = {"address": "address_masked"}
    list_display = ("address", "noted_at")
    search_fields = ("address",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("conferences.delete_foreignaddress")

    @admin.display(description="address")
    def address_masked(self, row: ForeignAddress) -> str:
        return masked(row.address)


@admin.register(UnknownAddress)
class UnknownAddressAdmin(Closed, Admin):
    """A list that is reckoned from the legs, not stored; what is pressed adds to the directory."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("conferences.view_unassigned")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)  # refuses in Django's own way
        if request.method == "POST":
            _settle(request, self)
            return HttpResponseRedirect(request.path)
        numbers = may_see_numbers_on(request)
        found = seen_since(today(timezone.now()))
        context = admin.site.each_context(request) | {
            "title": "Unknown addresses seen today",
            "opts": self.opts,
            "rows": [_row(one, numbers=numbers) for one in found],
            "may": {kind: request.user.has_perm(right) for kind, right in NEEDED.items()},
            "agents": Agent.objects.select_related("team").order_by("name"),
            "queues": Queue.objects.order_by("name"),
            "most": MOST_LEGS,
        }
        return TemplateResponse(request, "admin/conferences/unknown_addresses.html", context)


def _row(one: Unknown, *, numbers: bool) -> dict[str, Any]:
    return {
        "label": readable(one.address) if numbers else masked(one.address),
        "said": "called by strangers" if one.dialled_by_callers else "a phone on the center's side",
        "is_number": one.address.startswith("+"),
        "found": one,
        "more": one.in_conferences - len(one.conferences),
    }


def _settle(request: HttpRequest, page: Admin) -> None:
    """Add what was pressed to the directory, and say what came of it."""
    choice = request.POST.get("as", "")
    leg = get_object_or_404(Leg, pk=_whole(request.POST.get("leg", "")))
    written = address_at(leg, request.POST.get("end", ""))
    if choice not in NEEDED or not canonical(written) or not is_asked_about(leg, today(timezone.now())):
        messages.error(request, "That address is on this page no longer.")
        return
    if not request.user.has_perm(NEEDED[choice]):
        messages.error(request, "You may not add that to the directory.")
        return
    shown = readable(canonical(written)) if may_see_numbers_on(request) else masked(canonical(written))
    try:
        row, whose, changed = _add(choice, canonical(written), request)
    except ValidationError as error:
        messages.error(request, f"{shown}: {' '.join(error.messages)}")
        return
    page.log_addition(request, row, f"{shown} from the unknown addresses")
    calls = {0: "No live call is", 1: "1 live call is"}.get(changed, f"{changed} live calls are")
    messages.success(request, f"{shown} is {whose} now. {calls} shown accordingly.")


def _add(choice: str, address: str, request: HttpRequest) -> tuple[Model, str, int]:
    """Save it; return the row, whose it is in words, and how many live calls changed. Raises ValidationError."""
    row, whose = _ROWS[choice](address, request.POST)
    row.full_clean()
    before = _feeds()
    with reaching_live_calls():
        row.save()
    changed = {pk for pk, number in _feeds().items() if before.get(pk) != number}
    return row, whose, len(changed)


def _feeds() -> dict[Any, int]:
    return dict(Conference.objects.live().values_list("pk", "feed"))


def _agents(address: str, posted: Any) -> tuple[Model, str]:
    agent = Agent.objects.filter(pk=_whole(posted.get("agent", ""))).first()
    if agent is None:
        raise ValidationError("Choose whose phone it is.")
    return AgentAddress(agent=agent, address=address), f"{agent}’s"


def _queues(address: str, posted: Any) -> tuple[Model, str]:
    queue = Queue.objects.filter(pk=_whole(posted.get("queue", ""))).first()
    if queue is None:
        raise ValidationError("Choose of which queue it is a number.")
    return QueueNumber(queue=queue, number=address), f"a number of {queue}"


def _systems(address: str, posted: Any) -> tuple[Model, str]:
    name = posted.get("name", "").strip()
    if not name:
        raise ValidationError("Write what supervisors are to read: the assistant, the recorder.")
    return SystemAddress(name=name, address=address), f"{name}’s, a machine,"


def _foreign(address: str, _posted: Any) -> tuple[Model, str]:
    return ForeignAddress(address=address), "not ours"


_ROWS: Final[dict[str, Callable[[str, Any], tuple[Any, str]]]] = {
    "agent": _agents,
    "queue": _queues,
    "system": _systems,
    "foreign": _foreign,
}


def _whole(text: str) -> int:
    """A primary key as a form sends it; one that no row has for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
