"""The kinds of what is kept, each with its time, how much of it is older, and how that is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from conferences import clock
from conferences.audit import cutting
from conferences.ingest import forgetting
from conferences.logins import sessions
from conferences.models import Alert, Follow, ForeignAddress, HandOver, HelpRequest, Leg
from conferences.supervision import store

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that is kept for so many days. `delete` goes in short transactions and yields how many rows of each."""

    name: str
    what: str
    setting: str
    count: Callable[[datetime], int]
    delete: Callable[[datetime], Iterator[int]]
    hindrance: Callable[[], str] = lambda: ""  # why nothing of it can be deleted, in a sentence
    months: Callable[[datetime], list[str]] = lambda _: []  # the names of those that go as a whole

    @property
    def days(self) -> int:
        return int(getattr(settings, self.setting))

    @property
    def before(self) -> datetime:
        """From before when it is deleted now."""
        return clock.now() - timedelta(days=self.days)


def _old_numbers(before: datetime) -> int:
    rows = store.forgettable(before).count() + _foreign(before).count()
    return forgetting.count_numbers(before) + rows


def _delete_numbers(before: datetime) -> Iterator[int]:
    yield from forgetting.numbers(before)
    after: Any = None
    while True:
        old = store.forgettable(before).order_by("pk")
        batch = list((old if after is None else old.filter(pk__gt=after))[:AT_ONCE])
        if not batch:
            break
        after = batch[-1].pk
        with transaction.atomic():
            changed = store.forget(batch)
        yield changed
    yield from _delete(_foreign(before))


def _foreign(before: datetime) -> QuerySet[Any]:
    """Addresses that are nobody's of the center, and that no leg shows any more."""
    shown = Leg.objects.filter(Q(from_canonical=OuterRef("address")) | Q(to_canonical=OuterRef("address")))
    kept = shown.exclude(pk__in=forgetting.with_addresses(before).values("pk"))
    return ForeignAddress.objects.filter(~Exists(kept), noted_at__lt=before)


def _login_rows(before: datetime) -> list[QuerySet[Any]]:
    """Logins that were over, what else tells of logging in, and what people asked of one another while logged in.

    Sessions that have expired whenever that was.
    """
    return [
        sessions.over(before),
        *(model.objects.filter(ended_at__lt=before) for model in (Follow, HelpRequest, HandOver)),
        Alert.objects.filter(raised_at__lt=before),
        *(model.objects.filter(attempt_time__lt=before) for model in (AccessAttempt, AccessFailureLog, AccessLog)),
        Session.objects.filter(expire_date__lt=timezone.now()),
    ]


def _admin_rows(before: datetime) -> list[QuerySet[Any]]:
    return [LogEntry.objects.filter(action_time__lt=before)]


def _delete(rows: QuerySet[Any]) -> Iterator[int]:
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=keys).delete()  # noqa: SLF001 - Django's name for it
        yield len(keys)


def _rows(name: str, what: str, setting: str, found: Callable[[datetime], list[QuerySet[Any]]]) -> Kind:
    return Kind(
        name,
        what,
        setting,
        count=lambda before: sum(rows.count() for rows in found(before)),
        delete=lambda before: (count for rows in found(before) for count in _delete(rows)),
    )


KINDS: Final = (
    Kind(
        "facts", "events of calls that are over", "RETAIN_FACTS_DAYS", forgetting.count_facts, forgetting.facts,
        months=forgetting.names_of_whole_months,
    ),
    Kind("numbers", "rows with numbers and addresses", "RETAIN_NUMBERS_DAYS", _old_numbers, _delete_numbers),
    Kind(
        "audit", "entries of the audit", "RETAIN_AUDIT_DAYS", cutting.count, cutting.delete, cutting.hindrance
    ),
    _rows("logins", "logins, sessions and tries to log in", "RETAIN_LOGINS_DAYS", _login_rows),
    _rows("admin_log", "lines of the admin's own log", "RETAIN_ADMIN_LOG_DAYS", _admin_rows),
)  # fmt: skip
