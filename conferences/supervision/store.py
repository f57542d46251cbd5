"""The only writer of supervisions: creates the row, and sets its columns."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet

from conferences import clock, tracing
from conferences.addresses import mask_numbers
from conferences.ingest import feed
from conferences.models import Participant, Supervision

log = logging.getLogger(__name__)


def create(supervision: Supervision) -> None:
    """Insert the row, and dismiss what the user has not dismissed of earlier ones.

    Raises IntegrityError when its token is known already, or another supervision of the user runs.
    """
    supervision.request_id = tracing.current_request()
    with feed.writing():
        with transaction.atomic():
            supervision.save(force_insert=True)
        earlier = Supervision.objects.filter(user=supervision.user, dismissed_at=None).exclude(pk=supervision.pk)
        earlier.update(dismissed_at=clock.now())
        feed.bump(supervision.conference)


def note(supervision: Supervision, **columns: object) -> None:
    """Set columns of the row, and of `supervision`, as something its screen shows has changed."""
    if request := tracing.current_request():
        columns["request_id"] = request
    with feed.writing():
        Supervision.objects.filter(pk=supervision.pk).update(**columns)
        feed.bump(supervision.conference)
    _show(supervision, columns)


def note_decision(supervision: Supervision, columns: Mapping[str, object]) -> bool:
    """Set columns of the row, and of `supervision`, as was decided from what it was when read; return whether.

    Not once the turn is over, nor once the supervisor has asked for something else: what was decided before that is
    decided anew, so that nobody is taken in after she left.
    """
    with feed.writing():
        if not _as_asked(supervision).update(**columns):
            return False
        feed.bump(supervision.conference)
    _show(supervision, columns)
    return True


def note_hop(supervision: Supervision, columns: Mapping[str, object], next_one: Supervision) -> bool:
    """End a stay as was decided, and begin the next one on its leg, both or neither; return whether.

    Not once she has asked for something else since: whoever hangs up meanwhile is taken into no other call.
    """
    next_one.request_id = supervision.request_id
    with feed.writing():
        with transaction.atomic():
            if not _as_asked(supervision).update(**columns, dismissed_at=clock.now()):
                return False
            next_one.save(force_insert=True)
        feed.bump(supervision.conference)
        feed.bump(next_one.conference)
    _show(supervision, columns)
    return True


def ask(supervision: Supervision, **columns: object) -> bool:
    """Set what the supervisor asks for now, and on `supervision`, unless its end came first; return whether."""
    if request := tracing.current_request():
        columns["request_id"] = request
    with feed.writing():
        if not Supervision.objects.running().filter(pk=supervision.pk).update(**columns):
            return False
        feed.bump(supervision.conference)
    _show(supervision, columns)
    return True


def take_out(which: Q, **columns: object) -> list[Supervision]:
    """Set columns of those who are in a call or on the way there and meet the condition, all at once; return those."""
    if request := tracing.current_request():
        columns["request_id"] = request
    with feed.writing():
        mine = Supervision.objects.select_related("conference", "user").running()
        found = list(mine.filter(which, is_active=True).exclude(state=Supervision.State.BETWEEN))
        Supervision.objects.filter(pk__in=[one.pk for one in found]).update(is_active=False, **columns)
        feed.bump_all({one.conference_id: one.conference for one in found}.values())
    for one in found:
        _show(one, {"is_active": False, **columns})
    return found


def note_in_turn(
    supervision: Supervision, columns: Mapping[str, object], *, unless_asked_anew: Mapping[str, object] | None = None
) -> bool:
    """Set columns of the row, and of `supervision`, unless the turn in which it was read is over; return whether.

    Those of `unless_asked_anew` are set only where the supervisor has asked for nothing else since it was read.
    """
    with feed.writing():
        if unless_asked_anew:
            _held(supervision).filter(requested_at=supervision.requested_at).update(**unless_asked_anew)
        if not _held(supervision).update(**columns):
            return False
        feed.bump(supervision.conference)
    _show(supervision, columns)
    return True


def note_all(changes: Iterable[tuple[Supervision, Mapping[str, object]]]) -> list[Supervision]:
    """Set columns of several rows, each row's own, and of these objects, all at once; return those that were set.

    Not those whose turn is over.
    """
    with feed.writing():
        wanted = {one.pk: (one, columns) for one, columns in changes}
        rows = Supervision.objects.select_for_update(of=("self",)).filter(pk__in=wanted)
        turns = dict(rows.values_list("pk", "busy_turn"))
        held = [(one, columns) for one, columns in wanted.values() if turns.get(one.pk) == one.busy_turn]
        alike: dict[tuple[str, ...], list[Supervision]] = {}
        for one, columns in held:
            _show(one, columns)
            alike.setdefault(tuple(sorted(columns)), []).append(one)
        for names, those in alike.items():
            Supervision.objects.bulk_update(those, names)
        feed.bump_all({one.conference for one, _ in held})
    return [one for one, _ in held]


def set_where(supervision_id: UUID, condition: Q, **columns: object) -> bool:
    """Set columns that no screen shows, where the row still meets the condition; return whether it did."""
    return bool(Supervision.objects.filter(condition, pk=supervision_id).update(**columns))


def forgettable(before: datetime) -> QuerySet[Supervision]:
    """Return the stays that ended before that time and still say which phone was called, and from where."""
    said = ~Q(address="", session_key="", notice="") | Q(source_ip__isnull=False) | Q(reason__regex=r"\d")
    return Supervision.objects.filter(said, ended_at__lt=before)


def forget(supervisions: Iterable[Supervision]) -> int:
    """Empty in these rows what `forgettable` tells of; return how many were changed. The audit keeps it longer."""
    changed = 0
    for one in supervisions:
        empty = {"address": "", "session_key": "", "notice": "", "source_ip": None, "reason": mask_numbers(one.reason)}
        differs = any(getattr(one, name) != value for name, value in empty.items())
        changed += differs and Supervision.objects.filter(pk=one.pk).update(**empty)
    return changed


def forget_notices(legs: Iterable[int]) -> None:
    """Empty what supervisors were told, in sentences with names, in calls in which these legs were; of ended stays."""
    told = Supervision.objects.exclude(ended_at=None).exclude(notice="")
    told.filter(conference__in=Participant.objects.filter(leg__in=legs).values("conference")).update(notice="")


def forget_user(user: AbstractBaseUser) -> None:
    """Empty what stays of a user's say of her phone, her machine and her reasons; of stays that have ended."""
    hers = Supervision.objects.filter(user=user.pk).exclude(ended_at=None)
    hers.update(device=None, address="", source_ip=None, session_key="", reason="", notice="")


def _as_asked(supervision: Supervision) -> QuerySet[Supervision]:
    asked = {name: getattr(supervision, name) for name in ("requested_at", "is_active", "hop_to_id", "problem")}
    return _held(supervision).filter(**asked)


def _held(supervision: Supervision) -> QuerySet[Supervision]:
    return Supervision.objects.filter(pk=supervision.pk, busy_turn=supervision.busy_turn)


def _show(supervision: Supervision, columns: Mapping[str, object]) -> None:
    if "state" in columns:
        log.debug("Supervision %s went from %s to %s", supervision.pk, supervision.state, columns["state"])
    for name, value in columns.items():
        setattr(supervision, name, value)
