"""The rows of help requests and their record; the only writer of them."""

from __future__ import annotations

from django.contrib.auth.models import User

from conferences import clock
from conferences.audit import log as audit
from conferences.ingest import feed
from conferences.models import AuditEntry, HelpRequest, full_name


def create(asked: HelpRequest) -> HelpRequest:
    """Store a request, unless one is open for the same leg: return the one that is."""
    with feed.writing():
        if (earlier := HelpRequest.objects.open().loaded().filter(leg=asked.leg).first()) is not None:
            return earlier
        asked.asked_at = clock.now()
        asked.save(force_insert=True)
        feed.bump(asked.conference)
    return asked


def take(asked: HelpRequest, user: User, *, ip: str | None = None) -> bool:
    """Note who answers it, if nobody does; return whether that is this user now."""
    now = clock.now()
    with feed.writing():
        free = HelpRequest.objects.open().filter(pk=asked.pk, taken_by=None)
        if not free.update(taken_by=user, taken_at=now, asked_whisper=False):
            return False
        feed.bump(asked.conference)
    asked.taken_by, asked.taken_at = user, now
    record(asked, "help_take", f"{asked.agent} asked {_seconds(asked)} s before.", user, ip=ip)
    return True


def release(asked: HelpRequest, user: User) -> None:
    """Note that this user does not answer it after all, so that a colleague may."""
    with feed.writing():
        mine = HelpRequest.objects.open().filter(pk=asked.pk, taken_by=user, answered_at=None)
        if not mine.update(taken_by=None, taken_at=None, asked_whisper=False):
            return
        feed.bump(asked.conference)
    record(asked, "help_release", f"{full_name(user)} did not get through to {asked.agent}.", user)


def note(asked: HelpRequest, **columns: object) -> bool:
    """Write these while it is still answered by whom it was, as far as it was; return whether that is so."""
    with feed.writing():
        mine = HelpRequest.objects.open().filter(
            pk=asked.pk, taken_by=asked.taken_by, asked_whisper=asked.asked_whisper
        )
        if not mine.update(**columns):
            return False
        feed.bump(asked.conference)
    return True


def end(asked: HelpRequest, how: HelpRequest.End, *, by: User | None = None, ip: str | None = None) -> bool:
    """End it once, whoever does, and put that on record; return whether this did."""
    with feed.writing():
        if not HelpRequest.objects.open().filter(pk=asked.pk).update(ended_at=clock.now(), end=how):
            return False
        feed.bump(asked.conference)
    record(asked, "help_end", f"{asked.agent}: {how.label}, {_seconds(asked)} s after asking.", by, ip=ip)
    return True


def record(asked: HelpRequest, action: str, said: str, by: User | None = None, *, ip: str | None = None) -> None:
    """Put on record what became of it; `by`: None where nobody did that."""
    audit.done_to_call(asked.conference, action, audit.Outcome(AuditEntry.Result.OK, note=said), by, ip=ip)


def _seconds(asked: HelpRequest) -> int:
    return int((clock.now() - asked.asked_at).total_seconds())
