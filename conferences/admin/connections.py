"""Connections, machines, shared phones and protected numbers in the admin: what else is known of addresses."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from conferences.admin.directory import DirectoryAdmin
from conferences.ingest.systems.sign_ins import sign_in
from conferences.models import AgentAddress, Connection, ProtectedNumber, SystemAddress


@admin.register(Connection)
class ConnectionAdmin(DirectoryAdmin):
    list_display = ("name", "connection_id")
    search_fields = ("name", "connection_id")


@admin.register(SystemAddress)
class SystemAddressAdmin(DirectoryAdmin):
    list_display = ("name", "address", "spelt_otherwise")
    search_fields = ("name", "address")


@admin.register(ProtectedNumber)
class ProtectedNumberAdmin(DirectoryAdmin):
    list_display = ("number", "note")
    search_fields = ("number", "note")


@admin.register(AgentAddress)
class AgentAddressAdmin(DirectoryAdmin):
    """Who is at a phone that several agents share: edited at the agents; here somebody signs in."""

    list_display = ("address", "agent", "signed_in_at")
    list_filter = ("agent__team",)
    list_select_related = ("agent",)
    search_fields = ("address", "agent__name")
    actions = ("sign_in_here",)

    def has_add_permission(self, *_: Any) -> bool:
        return False

    @admin.action(description="Sign these agents in at these phones", permissions=["change"])
    def sign_in_here(self, request: HttpRequest, chosen: QuerySet[AgentAddress]) -> None:
        for row in chosen.select_related("agent"):
            sign_in(row.agent, row.address)
        self.message_user(request, f"{chosen.count()} signed in.")
