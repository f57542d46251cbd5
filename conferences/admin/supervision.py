"""Supervisions in the admin: to read."""

from __future__ import annotations

from django.contrib import admin

from conferences.admin.readonly import ReadOnly
from conferences.models import Supervision


@admin.register(Supervision)
class SupervisionAdmin(ReadOnly):
    hidden_lookups = frozenset({"conference__name"})
    list_display = (
        "user", "conference", "asked_role", "accepted_role", "state", "created_at", "joined_at", "ended_at", "problem",
    )  # fmt: skip
    list_filter = ("state", "asked_role", "problem")
    list_select_related = ("user", "conference")
    search_fields = (
        "user__username", "user__first_name", "user__last_name", "conference__name", "=conference__conference_id",
        "=call_control_id", "=command_id",
    )  # fmt: skip
    date_hierarchy = "created_at"
