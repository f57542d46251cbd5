"""The audit by action: one row for each, what was asked and what came of it side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conferences.addresses import mask_numbers
from conferences.audit.listening import terms_of
from conferences.models import AuditEntry, Conference, Queue, Supervision, Supervisor, Team
from conferences.models.listening.scope import queues_in, scope_of
from conferences.policy import may_see_numbers
from conferences.wording.audit import reason_words, terms_words
from conferences.wording.translated import translated
from dashboard.forms.audit_filter import ACTIONS, RESULTS, WAITING, AuditFilter
from dashboard.language.claims import translated_claim

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action. `result` is a key of RESULTS, `label` its words; None, empty: the provider said none."""

    result: str
    label: str
    at: datetime | None = None
    http_status: int | None = None
    sends: int | None = None
    code: str = ""
    text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing somebody did or tried, in words, and its outcomes in order; never none."""

    at: datetime
    who: str
    ip: str
    name: str
    role: str
    targets: tuple[str, ...]
    conference: str
    conference_id: str
    call_control_id: str
    command_id: str
    said: str  # in the reader's words
    said_then: str  # as it is on record
    outcomes: tuple[Outcome, ...]
    call: UUID | None = None  # where the reader may see it, as it was then
    because: str = ""
    account: str = ""
    session: str = ""
    phone: str = ""
    subject: str = ""
    people: tuple[str, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()
    terms: tuple[str, ...] = ()


def listed(request: HttpRequest, user: User) -> dict[str, object]:
    """Return what the page shows: the newest actions first, refused attempts among them, that `user` may read of."""
    numbers = may_see_numbers(user)
    asked = AuditFilter(request.GET, numbers=numbers)
    page = Paginator(asked.narrow(actions().filter(within(user))), PER_PAGE).get_page(request.GET.get("page"))
    told = str if numbers else mask_numbers
    shown = [view_of(entry, told) for entry in page]
    seen = seen_of((entry.conference_id for entry in page), user)
    placed = [
        replace(one, call=entry.conference_id) if entry.conference_id in seen else one
        for one, entry in zip(shown, page, strict=True)
    ]
    return {"form": asked, "page": page, "actions": placed, "gaps": asked.gaps()}


def seen_of(calls: Iterable[UUID | None], user: User) -> set[UUID]:
    """Return which of these calls `user` may look at."""
    known = [one for one in calls if one is not None]
    return set(Conference.objects.visible_to(user).filter(pk__in=known).values_list("pk", flat=True))


def within(user: User) -> Q:
    """Narrow to what `user` may read of: a supervisor what is about calls of her teams and what she did herself."""
    if not is_scoped(user):
        return Q()
    calls = Conference.objects.visible_to(user)
    return Q(conference__in=calls) | Q(actor=user)


def is_scoped(user: User) -> bool:
    """Return whether `user` reads of some teams' calls alone: a supervisor does, who is no superuser."""
    return not user.is_superuser and Supervisor.objects.filter(user=user).exists()


def teams_of(user: User) -> QuerySet[Team]:
    """Return the teams of whose agents `user` may read."""
    return Team.objects.filter(supervisors__user=user) if is_scoped(user) else Team.objects.all()


def queues_of(user: User) -> QuerySet[Queue]:
    """Return the queues of whose calls `user` may read."""
    return queues_in(scope_of(user)) if is_scoped(user) else Queue.objects.all()


def within_calls(user: User) -> Q:
    """Narrow stays likewise."""
    calls = within(user)
    return calls and (Q(conference__in=Conference.objects.visible_to(user)) | Q(user=user))


def actions() -> QuerySet[AuditEntry]:
    """What was asked for, and what was denied before it could be: every entry that is not the outcome of another."""
    told = AuditEntry.objects.select_related("detail")
    return told.filter(intent=None).prefetch_related(Prefetch("outcomes", told.order_by("pk"))).order_by("-pk")


def view_of(entry: AuditEntry, told: Callable[[str], str]) -> Action:
    outcomes = [entry] if entry.phase == AuditEntry.Phase.OUTCOME else list(entry.outcomes.all())
    last = outcomes[-1] if outcomes else entry
    return Action(
        at=entry.at,
        who=entry.actor_name,
        ip=entry.source_ip or "",
        name=str(ACTIONS.get(entry.action, entry.action)),
        role=str(dict(Supervision.Role.choices).get(entry.role, entry.role)),
        targets=tuple(str(target.get("name", "")) for target in entry.targets),
        conference=told(entry.conference_name),
        conference_id=entry.telnyx_conference_id,
        call_control_id=last.call_control_id or entry.call_control_id,
        command_id=entry.command_id,
        said=told(translated_claim(entry.claim)),
        said_then=told(entry.claim),
        outcomes=tuple(_outcome(one, told) for one in outcomes) or (Outcome(WAITING, str(RESULTS[WAITING])),),
        because=reason_words(entry.reason) if entry.reason else "",
        account=_account(entry),
        session=entry.session_digest[:8],
        phone=told(entry.address),
        subject=f"{entry.subject} {entry.subject_id}".strip() if entry.subject else "",
        people=tuple(str(one.get("name", "")) for one in entry.people),
        changes=() if terms_of(entry) else _changes(entry, told),
        terms=terms_words(terms_of(entry)),
    )


def _account(entry: AuditEntry) -> str:
    if entry.actor_id is None:
        return ""
    return gettext("{name}, no. {number}").format(name=entry.account, number=entry.actor_id)


def _changes(entry: AuditEntry, told: Callable[[str], str]) -> tuple[tuple[str, str, str], ...]:
    return tuple((name, told(_said(old)), told(_said(new))) for name, (old, new) in entry.changes.items())


def _outcome(entry: AuditEntry, told: Callable[[str], str]) -> Outcome:
    return Outcome(
        result=entry.result,
        label=_label(entry),
        at=entry.at,
        http_status=entry.http_status,
        sends=entry.sends,
        code=entry.provider_code,
        text=told(entry.provider_text),
        note=told(translated(entry.note)),
    )


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


# Of what happens by itself nothing is accepted.
_HAPPENED: Final = {
    "ring": _("Answered"),
    "confirm": _("Confirmed"),
    "out": _("Ended"),
    "withdraw": _("Done"),
    "alone": _("Done"),
}


def _label(entry: AuditEntry) -> str:
    is_event = entry.result == AuditEntry.Result.OK and entry.action in _HAPPENED
    return str(_HAPPENED[entry.action] if is_event else RESULTS.get(entry.result, entry.result))
