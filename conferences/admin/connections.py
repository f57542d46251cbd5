"""Connections of the center's own people in the admin: what makes a calling phone one of theirs."""

from __future__ import annotations

from django.contrib import admin

from conferences.admin.directory import DirectoryAdmin
from conferences.models import Connection


@admin.register(Connection)
class ConnectionAdmin(DirectoryAdmin):
    list_display = ("name", "connection_id")
    search_fields = ("name", "connection_id")
