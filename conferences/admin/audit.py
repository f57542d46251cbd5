"""Audit entries in the admin: to read. The audit page pairs them; here each stands as it was written."""

from __future__ import annotations

from django.contrib import admin

from conferences.addresses import mask_numbers
from conferences.admin.readonly import ReadOnly, to_the_second
from conferences.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    """The provider's words, ours and a conference's name are free text, in which a number may stand."""

    masks = {
        "conference_name": "conference_masked",
        "provider_text": "provider_masked",
        "note": "note_masked",
        "claim": "claim_masked",
    }
    list_display = (
        "written", "actor_name", "action", "phase", "result", "role", "conference_name", "source_ip", "http_status",
        "provider_code",
    )  # fmt: skip
    list_filter = ("phase", "result", "action", "role")
    search_fields = (
        "actor_name", "conference_name", "=telnyx_conference_id", "=call_control_id", "=command_id", "provider_text",
        "claim",
        "note",
    )  # fmt: skip
    date_hierarchy = "at"

    @admin.display(description="at", ordering="at")
    def written(self, entry: AuditEntry) -> str:
        return to_the_second(entry.at)

    @admin.display(description="conference name")
    def conference_masked(self, entry: AuditEntry) -> str:
        return mask_numbers(entry.conference_name)

    @admin.display(description="provider text")
    def provider_masked(self, entry: AuditEntry) -> str:
        return mask_numbers(entry.provider_text)

    @admin.display(description="claim")
    def claim_masked(self, entry: AuditEntry) -> str:
        return mask_numbers(entry.claim)

    @admin.display(description="note")
    def note_masked(self, entry: AuditEntry) -> str:
        return mask_numbers(entry.note)
