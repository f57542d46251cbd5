"""Facts in the admin: to read, dead letters and their reason among them."""

from __future__ import annotations

import unicodedata
from functools import reduce
from operator import or_
from typing import Final

import orjson
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conferences.admin.records.readonly import ReadOnly, short, to_the_second
from conferences.ingest import inbox
from conferences.models import Fact, Gap

LONGEST: Final = 20_000
_FAMILIES: Final = {"call.": "call", "conference.": "conference", "readback.": "read-back", "command.": "command"}


class TypeFilter(admin.SimpleListFilter):
    """By the first word of the type: to list the types themselves, the whole table would have to be read."""

    title = "type"
    parameter_name = "family"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [*_FAMILIES.items(), ("other", "other or unreadable")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Fact]) -> QuerySet[Fact]:
        family = self.value()
        if family == "other":
            return queryset.exclude(reduce(or_, (Q(event_type__startswith=one) for one in _FAMILIES)))
        return queryset.filter(event_type__startswith=family) if family else queryset


@admin.register(Fact)
class FactAdmin(ReadOnly):
    """The body holds customers' numbers in full, so it is shown to those who may see them and to nobody else."""

    masks = {"body": "body_hidden", "body_shown": "body_hidden"}
    list_display = (
        "received", "event_type", "outcome", "reason", "source", "attempt", "conference", "leg",
    )  # fmt: skip
    list_filter = ("outcome", "source", TypeFilter)
    search_fields = ("=event_id", "=event_type", "=conference_id", "=call_control_id", "reason")
    date_hierarchy = "received_at"
    fields = (
        "event_id", "event_type", "source", "outcome", "reason", "occurred_at", "received_at", "order", "attempt",
        "key_index", "conference_id", "call_control_id", "trace", "body_shown",
    )  # fmt: skip
    actions = ("apply_again",)
    readonly_fields = ("body_shown",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fact]:
        return super().get_queryset(request).defer("body")

    @admin.action(description="Apply parked facts again", permissions=["view"])
    def apply_again(self, request: HttpRequest, facts: QuerySet[Fact]) -> None:
        """Try those that are parked once more, as after a mistake of ours was mended."""
        parked = list(facts.filter(outcome=Fact.Outcome.PARKED).order_by("pk"))
        count = sum(inbox.take_up(fact) for fact in parked)
        if not parked:
            self.message_user(request, "None of these is parked.", messages.WARNING)
        else:
            level = messages.SUCCESS if count == len(parked) else messages.WARNING
            self.message_user(request, f"{count} of {len(parked)} parked facts count now.", level)

    @admin.display(description="received at", ordering="received_at")
    def received(self, fact: Fact) -> str:
        return to_the_second(fact.received_at)

    @admin.display(ordering="conference_id")
    def conference(self, fact: Fact) -> SafeString:
        return short(fact.conference_id)

    @admin.display(ordering="call_control_id")
    def leg(self, fact: Fact) -> SafeString:
        return short(fact.call_control_id)

    @admin.display(description="body")
    def body_shown(self, fact: Fact) -> SafeString:
        return format_html("<pre>{}</pre>", printable(bytes(fact.body)))

    @admin.display(description="body")
    def body_hidden(self, fact: Fact) -> str:
        return "Hidden: it may hold customers' numbers, which you may not see in full."


@admin.register(Gap)
class GapAdmin(ReadOnly):
    """Times of which the provider's records were gone before anybody could compare them with ours."""

    list_display = ("begins", "ends", "found")

    @admin.display(description="from", ordering="begins_at")
    def begins(self, gap: Gap) -> str:
        return to_the_second(gap.begins_at)

    @admin.display(description="to", ordering="ends_at")
    def ends(self, gap: Gap) -> str:
        return to_the_second(gap.ends_at)

    @admin.display(description="found", ordering="found_at")
    def found(self, gap: Gap) -> str:
        return to_the_second(gap.found_at)


def printable(body: bytes) -> str:
    """Return a fact's bytes as text for eyes: indented JSON where it is JSON, Python's spelling of the bytes elsewhere.

    At most 20 kB of it. Characters that would turn or hide the text around them are written as escapes.
    """
    try:
        text = orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # the latter: nested deeper than it can indent
        text = repr(body)
    shown = "".join(_visible(character) for character in text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}\n… and {len(text) - LONGEST} characters more."


def _visible(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in ("Cc", "Cf"):
        return character
    return f"\\u{ord(character):04x}"
