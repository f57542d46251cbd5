"""Raises an alert that a page asks for, once for each call and reason, if things are so; the only writer of alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from conferences import clock
from conferences.attention import Reason
from conferences.models import Alert, Conference, Leg, Queue
from conferences.models.listening.scope import queues_in
from conferences.wording.alerts import CALLS_WAITING, alert_words
from dashboard.alerts import choices
from dashboard.alerts.due import due, due_outside, occasion
from dashboard.presenters.audience import Audience, audience_of
from dashboard.presenters.call import Call
from dashboard.presenters.people import heading
from dashboard.presenters.rows.caller_rows import caller_on, callers
from dashboard.presenters.seen import call_for

MOST: Final = 20  # that are listed
# A page's clock may be ahead of ours by so much.
AHEAD: Final = timedelta(seconds=2)
# How long after an alert to a queue's callers the next one may come.
AGAIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert as a page puts it: what it is about, what it says, where that is, and by which means."""

    title: str
    body: str
    call: UUID | None
    means: tuple[str, ...]


def raise_for_call(user: User, pk: UUID, kind: str, which: str) -> Raised | None:
    """Raise an alert to a call that the user may see; None where it is not so, not wanted, or was raised before."""
    choice, audience = choices.choice_of(user), audience_of(user)
    seen = Conference.objects.live().visible_to(user).with_people().filter(pk=pk).first()
    if seen is None or kind not in choice.kinds:
        return None
    call = call_for(audience, seen)
    found = next((one for one in call.reasons if one.kind == kind and occasion(one) == which), None)
    if found is None or not found.level(clock.now() + AHEAD):
        return None
    if _was_raised_before(user, seen, kind) or not _note(Alert(user=user, kind=kind, conference=seen, occasion=which)):
        return None
    return Raised(_title(call), _words(found), call.pk, choices.means_now(choice, kind))


def raise_for_caller(user: User, pk: int, kind: str) -> Raised | None:
    """Raise an alert to a caller in no conference, by the key of her leg; likewise. Her call raises no second one."""
    choice, audience = choices.choice_of(user), audience_of(user)
    seen = caller_on(audience, pk)
    if seen is None or kind not in choice.kinds:
        return None
    found = next((one for one in seen.reasons if one.kind == kind), None)
    if found is None or not found.level(clock.now() + AHEAD):
        return None
    if not _note(Alert(user=user, kind=kind, leg_id=pk, queue_id=seen.queue_pk)):
        return None
    return Raised(f"{seen.label} · {seen.queue}", _words(found), None, choices.means_now(choice, kind))


def raise_for_queue(user: User, pk: int) -> Raised | None:
    """Raise an alert to a queue of the user's in which too many callers wait; likewise, and not again for a while."""
    choice, audience = choices.choice_of(user), audience_of(user)
    queue = queues_in(audience.scope).filter(pk=pk, most_waiting__isnull=False).first()
    if queue is None or CALLS_WAITING not in choice.kinds:
        return None
    count = _waiting(audience, queue)
    lately = Alert.objects.filter(user=user, queue=queue, leg=None, raised_at__gt=clock.now() - AGAIN)
    if count < (queue.most_waiting or 0) or lately.exists():
        return None
    _note(Alert(user=user, kind=CALLS_WAITING, queue=queue))
    means = choices.means_now(choice, CALLS_WAITING)
    return Raised(queue.name, alert_words(CALLS_WAITING, count=count), None, means)


def last(user: User) -> list[Alert]:
    """Return the last ones raised for the user, the newest first."""
    return list(Alert.objects.filter(user=user).select_related("queue")[:MOST])


def _waiting(audience: Audience, queue: Queue) -> int:
    live = Conference.objects.live().in_scope(audience.scope).filter(queue=queue).with_people()
    outside = [one for one in callers(audience) if one.queue_pk == queue.pk]
    waiting = due(call_for(audience, each) for each in live) | due_outside(outside)
    return sum("queue" in one for one in waiting.values())


def _was_raised_before(user: User, call: Conference, kind: str) -> bool:
    """Whether it was raised while its caller was in no conference yet; she has not begun to wait anew since."""
    return Alert.objects.filter(user=user, kind=kind, leg__participants__conference=call).exists()


def _note(alert: Alert) -> bool:
    """Write it, and forget what is no longer listed and can come again no more; return whether it is the first."""
    alert.raised_at = clock.now()
    try:
        with transaction.atomic():
            alert.save(force_insert=True)
    except IntegrityError:
        return False
    kept = [one.pk for one in last(alert.user)]
    over = Alert.objects.filter(user=alert.user).exclude(pk__in=kept)
    over.exclude(conference__in=Conference.objects.live()).exclude(leg__in=Leg.objects.up()).delete()
    return True


def _title(call: Call) -> str:
    return " · ".join(part for part in (str(heading(call.people)) or call.name, call.queue) if part)


def _words(found: Reason) -> str:
    limit = clock.elapsed_text(timedelta(seconds=found.limit)) if found.limit else ""
    return alert_words(found.kind, who=found.who, limit=limit, count=found.count)
