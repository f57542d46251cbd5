"""Supervisions in the admin: to read."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from conferences.admin.records.readonly import ReadOnly
from conferences.models import Supervision
from conferences.policy import may_end_others
from conferences.supervision import requests
from conferences.wording.problems import problem_words


class WhyFilter(admin.SimpleListFilter):
    """By why it ended or is to end, in the words in which supervisors are told."""

    title = "why it ended"
    parameter_name = "problem"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        kinds = Supervision.objects.exclude(problem="").order_by("problem").values_list("problem", flat=True).distinct()
        return [(kind, problem_words(kind) or kind) for kind in kinds]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Supervision]) -> QuerySet[Supervision]:
        return queryset.filter(problem=self.value()) if self.value() else queryset


@admin.register(Supervision)
class SupervisionAdmin(ReadOnly):
    hidden_lookups = frozenset({"conference__name"})
    list_display = (
        "created_at", "user", "conference", "requested_role", "accepted_role", "state", "joined_at", "ended_at",
        "why",
    )  # fmt: skip
    list_filter = ("state", "requested_role", WhyFilter)
    list_select_related = ("user", "conference")
    search_fields = (
        "user__username", "user__first_name", "user__last_name", "conference__name", "=conference__conference_id",
        "=call_control_id", "=command_id",
    )  # fmt: skip
    date_hierarchy = "created_at"
    actions = ("end_now",)

    @admin.display(description="why it ended", empty_value="–")
    def why(self, supervision: Supervision) -> str | None:
        return problem_words(supervision.problem) or supervision.problem or None

    def has_end_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and may_end_others(request.user)

    @admin.action(description="End the supervisions chosen: their phones are hung up", permissions=["end"])
    def end_now(self, request: HttpRequest, chosen: QuerySet[Supervision]) -> None:
        """Have the serving process hang the phones up, within a second or so."""
        running = list(chosen.running().select_related("conference", "user"))  # type: ignore[attr-defined]
        for one in running:
            requests.end(one, request.user, ip=request.META.get("REMOTE_ADDR"))  # type: ignore[arg-type]
        self.message_user(request, f"{len(running)} ended." if running else "None of these was running any more.")
