"""The directory in the admin: teams, queues, agents and supervisors, each with its addresses beside it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from conferences.addresses import searchable
from conferences.admin.lists import WithoutAddress, WithoutNumber, deactivate, give_group, list_link, move_to_team
from conferences.admin.live import reaching_live_calls
from conferences.admin.records.erasing import erase_chosen
from conferences.admin.rights.by_right import ByRight, Listening, administers
from conferences.admin.rights.people import OfMoved, OfSupervisors
from conferences.admin.typed import Admin, FormSet, Inline
from conferences.models import Agent, AgentAddress, Device, Queue, QueueNumber, Supervisor, Team
from conferences.policy import PERMISSIONS


class DirectoryAdmin(ByRight, Admin):
    """Whatever is saved or deleted here reaches the live calls in the same transaction."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return administers(request) or super().has_module_permission(request)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with _writing(request):
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with _writing(request):
            return super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with _writing(request):
            return super().changelist_view(request, *args, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find an address in whatever spelling it was typed."""
        return super().get_search_results(request, queryset, searchable(search_term))


class AddressFormSet(FormSet):
    """Says beside the field when two rows hold one address, be it in two spellings."""

    def clean(self) -> None:
        seen: set[str] = set()
        for form in self.forms:
            if form in self.deleted_forms or not form.is_valid():
                continue
            address = getattr(form.instance, self.address_name)
            if address in seen:
                form.add_error(self.address_name, "This is written in two rows; one is enough.")
            seen.update({address} - {""})
        super().clean()

    @property
    def address_name(self) -> str:
        return "number" if self.model is QueueNumber else "address"


class Addresses(ByRight, Inline):
    formset = AddressFormSet
    extra = 1
    readonly_fields: ClassVar[tuple[str, ...]] = ("written_as",)

    @admin.display(description="written as")
    def written_as(self, row: Any) -> str:
        return str(row.spelt_otherwise or "–") if row.pk else "–"


class QueueNumbers(Addresses):
    model = QueueNumber


class AgentAddresses(Addresses):
    model = AgentAddress
    readonly_fields: ClassVar[tuple[str, ...]] = ("written_as", "expires_at")


class Devices(Addresses):
    model = Device
    readonly_fields: ClassVar[tuple[str, ...]] = ("written_as", "in_force")

    @admin.display(description="in force")
    def in_force(self, row: Any) -> str:
        return str(row.check_in_force.label.partition(":")[0]) if row.pk else "–"


@admin.register(Team)
class TeamAdmin(DirectoryAdmin):
    inlines = (Listening,)
    list_display = ("name", "queues", "agents", "supervisors")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                queue_count=_count(Queue.objects.filter(team=OuterRef("pk"))),
                agent_count=_count(Agent.objects.filter(team=OuterRef("pk"))),
                supervisor_count=_count(Supervisor.teams.through.objects.filter(team=OuterRef("pk"))),
            )
        )
        return rows

    @admin.display(ordering="queue_count")
    def queues(self, team: Any) -> SafeString:
        return list_link("queue", "team__id__exact", team, team.queue_count)

    @admin.display(ordering="agent_count")
    def agents(self, team: Any) -> SafeString:
        return list_link("agent", "team__id__exact", team, team.agent_count)

    @admin.display(ordering="supervisor_count")
    def supervisors(self, team: Any) -> SafeString:
        return list_link("supervisor", "teams__id__exact", team, team.supervisor_count)


@admin.register(Queue)
class QueueAdmin(OfMoved, DirectoryAdmin):
    list_display = ("name", "team", "dialled_numbers", "beep_enabled")
    list_filter = ("team", WithoutNumber, "beep_enabled")
    actions = (move_to_team,)
    list_select_related = ("team",)
    search_fields = ("name", "numbers__number")
    inlines = (QueueNumbers, Listening)
    fieldsets = (
        (None, {"fields": ("name", "team")}),
        (
            "How supervisors join its calls",
            {
                "fields": ("beep_enabled", "mute", "start_conference_on_enter", "region"),
                "classes": ("collapse",),
                "description": "Nothing here is needed: as it stands, nobody in the call notices who listens.",
            },
        ),
        ("On hold at first", {"fields": ("hold", "hold_media_name", "hold_audio_url"), "classes": ("collapse",)}),
        (
            "When its calls need attention",
            {
                "fields": (*((f"{one}_warn", f"{one}_alarm") for one in ("wait", "hold", "talk")), "most_waiting"),
                "description": "In seconds. Empty: never.",
            },
        ),
        (
            "When a supervisor leaves",
            {
                "fields": ("end_conference_on_exit", "soft_end_conference_on_exit"),
                "classes": ("collapse",),
                "description": "Leave both unticked unless a call is to end with its supervisor.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        return super().get_queryset(request).prefetch_related("numbers")

    @admin.display
    def dialled_numbers(self, queue: Queue) -> str:
        return ", ".join(str(number) for number in queue.numbers.all())


@admin.register(Agent)
class AgentAdmin(OfMoved, DirectoryAdmin):
    list_display = ("name", "team", "addresses", "is_protected")
    list_filter = ("team", WithoutAddress, "is_protected")
    actions = (move_to_team, erase_chosen)
    list_select_related = ("team",)
    search_fields = ("name", "addresses__address")
    inlines = (AgentAddresses,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        return super().get_queryset(request).prefetch_related("addresses")

    @admin.display
    def addresses(self, agent: Agent) -> str:
        return ", ".join(str(address) for address in agent.addresses.all())


@admin.register(Supervisor)
class SupervisorAdmin(OfSupervisors, DirectoryAdmin):
    """The roles shown are what the user's permissions and groups give; they are changed at the user."""

    list_display = ("__str__", "user", "supervised_teams", "devices", "monitor", "whisper", "barge", "override")
    list_filter = ("teams", "user__is_active")
    actions = (give_group, deactivate, erase_chosen)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__first_name", "user__last_name", "devices__address")
    filter_horizontal = ("teams", "queues")
    inlines = (Devices,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rights = {f"may_{role}": _holds(permission) for role, permission in PERMISSIONS.items()}
        rights["may_override"] = _holds("conferences.override_join_policy")
        rows: QuerySet[Any] = super().get_queryset(request).prefetch_related("teams", "devices").annotate(**rights)
        return rows

    @admin.display(description="teams")
    def supervised_teams(self, supervisor: Supervisor) -> str:
        return ", ".join(str(team) for team in supervisor.teams.all())

    @admin.display
    def devices(self, supervisor: Supervisor) -> str:
        return ", ".join(str(device) for device in supervisor.devices.all())

    @admin.display(boolean=True, ordering="may_monitor")
    def monitor(self, supervisor: Any) -> bool:
        return bool(supervisor.may_monitor)

    @admin.display(boolean=True, ordering="may_whisper")
    def whisper(self, supervisor: Any) -> bool:
        return bool(supervisor.may_whisper)

    @admin.display(boolean=True, ordering="may_barge")
    def barge(self, supervisor: Any) -> bool:
        return bool(supervisor.may_barge)

    @admin.display(boolean=True, ordering="may_override", description="join otherwise")
    def override(self, supervisor: Any) -> bool:
        return bool(supervisor.may_override)


def _writing(request: HttpRequest) -> AbstractContextManager[None]:
    return reaching_live_calls() if request.method == "POST" else nullcontext()


def _count(rows: QuerySet[Any]) -> Coalesce:
    """Counts in subqueries of their own: joined side by side, each would multiply the others."""
    counted = rows.order_by().values("team").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _holds(permission: str) -> Any:
    """Whether a supervisor's user holds a permission, as `user.has_perm` says, but for all rows of a list at once."""
    app_label, codename = permission.split(".")
    to_them = Q(user=OuterRef("user")) | Q(group__user=OuterRef("user"))
    granted = Permission.objects.filter(to_them, content_type__app_label=app_label, codename=codename)
    return Q(user__is_active=True) & (Q(user__is_superuser=True) | Q(Exists(granted)))
