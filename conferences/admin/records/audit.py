"""Audit entries in the admin: to read. The audit page pairs them; here each stands as it was written."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from conferences.addresses import mask_numbers
from conferences.admin.records.readonly import ReadOnly, to_the_second
from conferences.audit.proof.digests import DETAIL_FIELDS
from conferences.models import AuditEntry

MASKED = ("conference_name", "provider_text", "note", "claim", "people", "address", "changes")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    """The provider's words, ours and a conference's name are free text, in which a number may stand."""

    masks = {name: f"{name}_masked" for name in MASKED}
    hidden_lookups = frozenset(f"detail__{name}" for name in MASKED)
    fields = (
        "seq", "at", "phase", "intent", "action", "result", "reason", "actor", "supervision", "conference",
        "telnyx_conference_id", "call_control_id", "role", "command_id", "http_status", "sends", "provider_code",
        "session_digest", "subject", "subject_id", "seconds", *DETAIL_FIELDS, "previous_hash", "hash",
    )  # fmt: skip
    readonly_fields = DETAIL_FIELDS
    list_display = (
        "written", "actor_name", "action", "phase", "result", "role", "conference_name", "source_ip", "http_status",
        "provider_code",
    )  # fmt: skip
    list_filter = ("phase", "result", "action", "role")
    search_fields = (
        "detail__actor_name", "detail__conference_name", "=telnyx_conference_id", "=call_control_id", "=command_id",
        "detail__provider_text", "detail__claim", "detail__note",
    )  # fmt: skip
    date_hierarchy = "at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return super().get_queryset(request).select_related("detail")

    @admin.display(description="at", ordering="at")
    def written(self, entry: AuditEntry) -> str:
        return to_the_second(entry.at)


def _masked(name: str) -> Any:
    @admin.display(description=name.replace("_", " "))
    def masked(_: AuditEntryAdmin, entry: AuditEntry) -> str:
        return mask_numbers(str(getattr(entry, name)))

    return masked


for _name in MASKED:
    setattr(AuditEntryAdmin, f"{_name}_masked", _masked(_name))
