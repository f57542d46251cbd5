"""The audit by stay: one line for each, which unfolds into every action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from conferences import clock
from conferences.addresses import mask_numbers
from conferences.audit.listening import Span, stay
from conferences.models import AuditEntry, Supervision
from conferences.policy import may_see_numbers
from conferences.wording.audit import reason_words, terms_words
from conferences.wording.calls import mode_word
from dashboard.forms.audit_filter import gaps_within
from dashboard.forms.stay_filter import StayFilter
from dashboard.views.audit.actions import Action, actions, queues_of, seen_of, teams_of, view_of, within_calls

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class SpanView:
    """A mode with its targets and length, and why Earshot chose it."""

    mode: str
    targets: tuple[str, ...]
    length: str
    reason: str


@dataclass(frozen=True, slots=True)
class StayView:
    """A stay in words. `how`: listened, listens or tried."""

    pk: UUID
    how: str
    who: str
    account: str
    mode: str
    people: tuple[str, ...]
    call: str
    conference: UUID | None
    began_at: datetime
    ended_at: datetime | None
    at: str
    length: str
    spans: tuple[SpanView, ...]
    ended: str
    terms: tuple[str, ...]
    actions: tuple[Action, ...]


def stays(request: HttpRequest, user: User) -> dict[str, object]:
    """Return what the page shows: the newest stays first, those that `user` may read of."""
    asked = StayFilter(request.GET, teams=teams_of(user), queues=queues_of(user))
    page = Paginator(asked.narrow(_visible(user)), PER_PAGE).get_page(request.GET.get("page"))
    told: Callable[[str], str] = str if may_see_numbers(user) else mask_numbers
    return {
        "form": asked,
        "page": page,
        "gaps": gaps_within(asked.cleaned_data.get("from_day"), asked.cleaned_data.get("to_day")),
        "stays": _views(page, told, seen_of((one.conference_id for one in page), user)),
    }


def _visible(user: User) -> QuerySet[Supervision]:
    begun = Supervision.objects.filter(pk__in=AuditEntry.objects.exclude(supervision=None).values("supervision"))
    return begun.filter(within_calls(user)).order_by("-created_at", "-pk")


def _views(page: Page[Supervision], told: Callable[[str], str], seen: set[UUID]) -> list[StayView]:
    keys = [one.pk for one in page]
    by_stay: dict[UUID, list[AuditEntry]] = {}
    for entry in actions().filter(supervision__in=keys).order_by("pk"):
        by_stay.setdefault(entry.supervision_id or UUID(int=0), []).append(entry)
    found = [_view(key, by_stay[key], told) for key in keys if key in by_stay]
    return [one if one.conference in seen else replace(one, conference=None) for one in found]


def _view(key: UUID, asked: list[AuditEntry], told: Callable[[str], str]) -> StayView:
    entries = sorted((each for one in asked for each in (one, *one.outcomes.all())), key=lambda one: (one.at, one.pk))
    found = stay(entries, now=clock.now())
    how = "tried" if not found.spans else "listens" if found.ended_at is None else "listened"
    return StayView(
        pk=key,
        how=how,
        who=found.who.actor_name,
        account=found.who.account,
        mode=mode_word(found.asked_role),
        people=found.people,
        call=told(found.first.conference_name),
        conference=found.first.conference_id,
        began_at=found.began_at,
        ended_at=found.ended_at,
        at=f"{timezone.localtime(found.began_at):%Y-%m-%dT%H:%M:%S%z}",
        length=length(found.seconds),
        spans=tuple(_span(one) for one in found.spans),
        ended=reason_words(found.end_reason) if found.end_reason else "",
        terms=terms_words(found.terms),
        actions=tuple(view_of(one, told) for one in asked),
    )


def _span(span: Span) -> SpanView:
    return SpanView(
        mode_word(span.role), span.targets, length(span.seconds), reason_words(span.reason) if span.reason else ""
    )


def length(seconds: int) -> str:
    """Return how long something lasted, as a line of text has it."""
    if seconds < 60:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
