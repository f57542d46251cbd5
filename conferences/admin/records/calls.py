"""Conferences, legs and participants in the admin: to read."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conferences.addresses import masked
from conferences.admin.records.readonly import ReadOnly, ReadOnlyInline
from conferences.models import Conference, Leg, Participant


class Participants(ReadOnlyInline):
    model = Participant
    fields = ("leg", "agent", "state", "role", "muted", "on_hold", "joined_at", "left_at")
    readonly_fields = ("agent",)

    @admin.display
    def agent(self, participant: Participant) -> str:
        return str(participant.leg.agent or "")


@admin.register(Conference)
class ConferenceAdmin(ReadOnly):
    masks = {"title": "name_masked", "name": "name_masked"}
    list_display = ("title", "state", "queue", "region", "first_seen_at", "ended_at", "end_reason")
    list_filter = ("state", "queue", "region")
    list_select_related = ("queue",)
    search_fields = ("name", "=conference_id", "queue__name")
    date_hierarchy = "first_seen_at"
    ordering = ("-first_seen_at", "id")
    readonly_fields = ("facts",)
    inlines = (Participants,)

    @admin.display(description="name")
    def name_masked(self, conference: Conference) -> str:
        return str(conference)

    @admin.display
    def facts(self, conference: Conference) -> SafeString:
        return _facts("conference_id", conference.conference_id)


@admin.register(Leg)
class LegAdmin(ReadOnly):
    masks = {
        "from_address": "from_masked",
        "to_address": "to_masked",
        "from_canonical": "from_masked",
        "to_canonical": "to_masked",
        "from_sip_uri": "sip_uri_masked",
    }
    list_display = ("__str__", "agent", "queue", "direction", "from_address", "to_address", "state", "started_at")
    list_filter = ("kind", "state", "direction", "queue")
    list_select_related = ("agent", "queue")
    search_fields = (
        "agent__name",
        "=call_control_id",
        "=call_leg_id",
        "=call_session_id",
        "from_address",
        "to_address",
    )
    date_hierarchy = "started_at"
    ordering = ("-id",)
    readonly_fields = ("facts",)

    @admin.display(description="from")
    def from_masked(self, leg: Leg) -> str:
        return masked(leg.from_address)

    @admin.display(description="from SIP URI")
    def sip_uri_masked(self, leg: Leg) -> str:
        return masked(leg.from_sip_uri)

    @admin.display(description="to")
    def to_masked(self, leg: Leg) -> str:
        return masked(leg.to_address)

    @admin.display
    def facts(self, leg: Leg) -> SafeString:
        return _facts("call_control_id", leg.call_control_id)


@admin.register(Participant)
class ParticipantAdmin(ReadOnly):
    hidden_lookups = frozenset({"conference__name"})
    list_display = ("leg", "conference", "agent", "state", "role", "muted", "on_hold", "joined_at", "left_at")
    list_filter = ("state", "role", "muted", "on_hold")
    list_select_related = ("conference", "leg__agent")
    search_fields = ("conference__name", "=conference__conference_id", "=leg__call_control_id", "leg__agent__name")
    date_hierarchy = "joined_at"
    ordering = ("-id",)

    @admin.display(ordering="leg__agent__name")
    def agent(self, participant: Participant) -> str:
        return str(participant.leg.agent or "")


def _facts(lookup: str, value: str) -> SafeString:
    return format_html('<a href="{}?{}={}">All facts</a>', reverse("admin:conferences_fact_changelist"), lookup, value)
