"""Sensitive sections: begun and ended by a person, or by the center's own systems; the only writer of their rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from conferences import clock, policy, signals
from conferences.audit import log as audit
from conferences.errors import NotAllowed, NotPossible
from conferences.ingest import feed
from conferences.models import AuditEntry, Conference, SensitiveSection, Supervision, full_name
from conferences.models.listening.sensitive import SensitiveSectionQuerySet
from conferences.policy.entitlement import Withdrawn
from conferences.supervision import notices, store
from conferences.supervision.executor import taking_out
from conferences.wording.withdrawals import SENTENCES

USUAL: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(hours=1)
SENSITIVE: Final = Withdrawn.SENSITIVE
SYSTEM: Final = "The center's system"
BY_SYSTEM: Final = _("The center's system.")


def begin(
    conference: Conference, by: User | None, *, lasting: timedelta = USUAL, reason: str = "", ip: str | None = None
) -> SensitiveSection:
    """Have nobody listen to the call for that long: whoever does is taken out at once. Begun anew, it lasts anew.

    `by`: None for the center's own system. Raises NotPossible, and for a person who may not, NotAllowed; then it is
    audited.
    """
    _check_right(conference, by, ip)
    if not timedelta(0) < lasting <= LONGEST:
        most = int(LONGEST.total_seconds())
        raise NotPossible(f"Say for how many seconds, {most} at most.", field="seconds")
    with feed.writing():
        if not Conference.objects.live().filter(pk=conference.pk).exists():
            raise NotPossible(_("This call has ended."))
        section = _open(conference, by).first() or SensitiveSection(conference=conference, begun_by=by)
        section.begun_at = section.begun_at or clock.now()
        section.until, section.reason = clock.now() + lasting, reason[:200]
        section.save()
        feed.bump(conference)
        taken_out = _take_everybody_out(conference)
        _record(section, "sensitive", by, f"Until {timezone.localtime(section.until):%H:%M:%S}.", ip)
        audit.happened_to_all(taken_out, "withdraw", audit.Outcome(AuditEntry.Result.OK, note=SENTENCES[SENSITIVE]))
        leaves = taking_out.prepare(conference)
    taking_out.send(leaves)
    signals.work_arrived.send(sender=None)
    return section


def end(conference: Conference, by: User | None, *, ip: str | None = None) -> int:
    """End the sections that this one may end, before their time; return how many those were.

    People end those of people, the center's system its own. Raises NotAllowed for a person who may not; then it is
    audited.
    """
    _check_right(conference, by, ip)
    mine = SensitiveSection.objects.open().filter(conference=conference, begun_by__isnull=by is None)
    return sum(_end(section, by, ip) for section in mine)


def end_overdue(section: SensitiveSection) -> None:
    """Put on record that a section is over, its time being so."""
    if section.until <= clock.now():
        _end(section, None, None)


def overdue() -> list[SensitiveSection]:
    """Return the sections whose time is over and of which that is not on record yet."""
    over = SensitiveSection.objects.open().filter(until__lte=clock.now())
    return list(over.select_related("conference")[:50]) if over.exists() else []


def _end(section: SensitiveSection, by: User | None, ip: str | None) -> bool:
    """Whoever else has just ended it has put that on record, too."""
    now = clock.now()
    with feed.writing():
        mine = SensitiveSection.objects.open().filter(pk=section.pk, until=section.until)
        if not mine.update(ended_at=now):
            return False
        feed.bump(section.conference)
    lasted = int((min(now, section.until) - section.begun_at).total_seconds())
    how = "Its time was over" if section.until <= now else f"Ended by {full_name(by) if by else SYSTEM.lower()}"
    _record(section, "sensitive_end", by, f"{how}, after {lasted} s.", ip)
    return True


def _take_everybody_out(conference: Conference) -> list[Supervision]:
    """All at once, and without asking of each whether she may stay: the next command for each of them is a leave."""
    told = notices.said(SENTENCES[SENSITIVE])
    mine = Q(conference=conference)
    return store.take_out(mine, state=Supervision.State.LEAVING, problem="sensitive", hop_to=None, **told)


def _open(conference: Conference, by: User | None) -> SensitiveSectionQuerySet:
    return SensitiveSection.objects.open().filter(conference=conference, begun_by=by)


def _check_right(conference: Conference, by: User | None, ip: str | None) -> None:
    if by is None or policy.may_end_others(by):
        return
    why = "You may not begin or end a sensitive section; ask your administrator."
    audit.deny(audit.Attempt(by, conference, "sensitive", "", (), ip), why)
    raise NotAllowed(why)


def _record(section: SensitiveSection, action: str, by: User | None, note: str, ip: str | None) -> None:
    whose = "" if by or section.begun_by_id else f"{BY_SYSTEM} "
    why = f" {section.reason}" if section.reason and action == "sensitive" else ""
    outcome = audit.Outcome(AuditEntry.Result.OK, note=f"{whose}{note}{why}")
    audit.done_to_call(section.conference, action, outcome, by, ip=ip)
