"""What an admin page that only shows is made of, with customers' numbers kept from those who may not see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.db.models import DateTimeField, Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from conferences.admin.typed import Admin, Inline
from conferences.policy import may_see_numbers


def to_the_second(moment: datetime) -> str:
    """Return a time as lists of records show it: local, sortable by eye, with the seconds that tell them apart."""
    return f"{localtime(moment):%Y-%m-%d %H:%M:%S}"


def short(identifier: str) -> SafeString:
    """Return the beginning of one of the provider's long identifiers; the whole of it shows on pointing at it."""
    if len(identifier) <= 16:
        return format_html("{}", identifier)
    return format_html('<span title="{}">{}…</span>', identifier, identifier[:12])


class Closed:
    """Nobody adds, changes or deletes: these rows have one writer each, and the admin is none of them."""

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        return False


class ReadOnlyInline(Closed, Inline):
    extra = 0


class ReadOnly(Closed, Admin):
    """`masks` names, for each field that holds customers' numbers, what is shown of it without the permission.

    Such a field is then neither searched nor looked up by an address typed by hand: answers would give it away.
    """

    masks: ClassVar[Mapping[str, str]] = {}
    hidden_lookups: ClassVar[frozenset[str]] = frozenset()
    """Such fields of other rows, by the path that leads there."""
    actions: Any = None
    show_full_result_count = False

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [self._timed(name) for name in self._masked(request, super().get_list_display(request))]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        stand_ins = set(self.masks.values())
        return self._masked(request, [name for name in super().get_fields(request, obj) if name not in stand_ins])

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), *self.masks.values()]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        fields = super().get_search_fields(request)
        hidden = {*self.masks, *self.hidden_lookups}
        return [name for name in fields if name.strip("=^@") not in hidden or may_see_numbers_on(request)]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        path = tuple(lookup.split("__"))
        masked = any(path[: len(one)] == one for one in map(_path, {*self.masks, *self.hidden_lookups}))
        is_masked = masked and not may_see_numbers_on(request)
        return not is_masked and super().lookup_allowed(lookup, value, request)

    def _timed(self, name: Any) -> Any:
        """Stand in for a column of times: to the second, in 24 hours, as the audit shows them."""
        fields = {one.name: one for one in self.opts.fields if isinstance(one, DateTimeField)}
        if name not in fields:
            return name

        @admin.display(description=fields[name].verbose_name, ordering=name, empty_value="–")
        def shown(row: Model) -> str | None:
            moment = getattr(row, name)
            return to_the_second(moment) if moment else None

        return shown

    def _masked(self, request: HttpRequest, names: Iterable[Any]) -> list[Any]:
        return [name if may_see_numbers_on(request) else self.masks.get(name, name) for name in names]


def _path(lookup: str) -> tuple[str, ...]:
    return tuple(lookup.split("__"))


def may_see_numbers_on(request: HttpRequest) -> bool:
    """Return whether whoever asks may read customers' numbers."""
    return isinstance(request.user, AbstractUser) and may_see_numbers(request.user)
