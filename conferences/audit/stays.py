"""Puts a supervisor's stay on record as it goes: who answered her phone, which mode was confirmed, how it ended.

Nobody does these things: Earshot tells of them, with the reason.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import translation

from conferences import clock, roster
from conferences.audit import acting, entries
from conferences.models import AuditEntry, Conference, OwedEntry, Supervision
from conferences.wording.problems import problem_words

OUTCOME: Final = AuditEntry.Phase.OUTCOME
OK: Final = AuditEntry.Result.OK
_RINGING: Final = (Supervision.State.DIALLING, Supervision.State.RINGING)
_ANSWERED: Final = (Supervision.State.CHECKING, Supervision.State.JOINING)
# Ends that are the supervisor's own wish.
HER_OWN: Final = ("", "left", "left_alone", "cancelled", "hopped", "put_down")
# The end may have been noted by a process that died before it put that on record.
SETTLED: Final = timedelta(seconds=5)
LOOKED_BACK: Final = timedelta(hours=24)


def moved_on(supervision: Supervision, before: str) -> None:
    """Write what a change of its state means: the phone was answered, or the stay has ended."""
    if before in _RINGING and supervision.state in _ANSWERED and supervision.address:
        entries.write(action="ring", phase=OUTCOME, result=OK, **about(supervision))
    if _is_over(supervision) and before != Supervision.State.BETWEEN:
        ended(supervision)


def confirmed(supervision: Supervision) -> None:
    """Write that the provider's own list shows the mode, and who hears the supervisor in it."""
    told = about(supervision) | people_in(supervision)
    entries.write(action="confirm", phase=OUTCOME, result=OK, **told)


def ended(supervision: Supervision) -> None:
    """Write how and after how many seconds in the call a stay ended; 0 for one that never was in it."""
    lasted, over_at = timedelta(0), supervision.between_at or supervision.ended_at
    if supervision.joined_at is not None and over_at is not None:
        lasted = max(lasted, over_at - supervision.joined_at)
    with translation.override(settings.LANGUAGE_CODE):  # the record is in one language
        note = problem_words(supervision.problem)
    entries.write(
        action="out",
        phase=OUTCOME,
        result=OK,
        reason=supervision.problem,
        seconds=round(lasted.total_seconds()),
        note=note,
        **about(supervision),
    )


def _is_over(supervision: Supervision) -> bool:
    """Whether she is surely out, though her phone may be up for another call."""
    return supervision.ended_at is not None or supervision.is_between


def ends_not_on_record() -> list[Supervision]:
    """Return stays that ended a moment ago, and of whose end nothing is written."""
    now = clock.now()
    lately = Supervision.objects.filter(ended_at__gt=now - LOOKED_BACK, ended_at__lt=now - SETTLED)
    if not lately.exists():
        return []
    # What could not be written yet is written once it can be: it is not to be found anew at every look until then.
    owed = {one.values.get("supervision_id") for one in OwedEntry.objects.filter(values__action="out")}
    begun = lately.filter(audit_entries__isnull=False).exclude(pk__in=owed)
    return list(begun.exclude(audit_entries__action="out").select_related("conference", "user").distinct()[:50])


def about(supervision: Supervision) -> dict[str, Any]:
    """Return what every entry of a stay says of it."""
    conference = supervision.conference
    return {
        "supervision": supervision,
        "conference": conference,
        "conference_name": conference.title,
        "telnyx_conference_id": conference.conference_id,
        "call_control_id": supervision.call_control_id,
        "role": supervision.accepted_role or supervision.requested_role,
        "address": supervision.address,
        "session_digest": acting.session_digest(supervision.session_key),
    }


def people_in(supervision: Supervision) -> dict[str, Any]:
    """Return who is in the call now, numbers masked, and who hears the supervisor, as the screen puts it."""
    call = Conference.objects.with_people().get(pk=supervision.conference_id)
    role = supervision.accepted_role or supervision.requested_role
    parties, mine = roster.parties(call, numbers=False), supervision.call_control_id
    people = [_person(one.leg) for one in call.present() if one.leg.call_control_id != mine]
    is_listed = any(one.key == mine for one in parties)
    with translation.override(settings.LANGUAGE_CODE):  # the record is in one language
        said = roster.heard(parties, mine, role, running=roster.is_running(call)) if is_listed else ""
    return {"people": people, "claim": said}


def _person(leg: Any) -> dict[str, Any]:
    return {"agent": leg.agent_id, "name": roster.name_of(leg, numbers=False)}


def reason_for(supervision: Supervision, action: str) -> str:
    """Return why Earshot sends a command by itself, as a kind; empty where it carries out the supervisor's own wish."""
    if supervision.problem not in HER_OWN:
        return supervision.problem
    if action == "mute" and not supervision.join_options.mute:
        return "proof"  # so that the provider's list proves that nobody hears her
    if action != "update":
        return ""
    if supervision.asserted_again and not supervision.accepted_role:
        return "not_shown"
    if supervision.notice_kind == Supervision.Notice.TARGETS_LEFT:
        kept = supervision.notice_legs.get("kept", [])
        return "targets_left" if sorted(supervision.requested_targets) == sorted(kept) else ""
    return "uncertain" if supervision.notice_kind == Supervision.Notice.UNCERTAIN else ""
