"""Puts on record how logins end that nobody left, and what is done with second factors."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser

from conferences.audit import acting, entries
from conferences.models import AuditEntry, full_name


def ended(user: AbstractUser, why: str, *, by: Any = None, count: int = 1) -> None:
    """Write that logins of a person's were ended: by somebody, or by Earshot for the kind of reason given."""
    if count:
        said = "The login" if count == 1 else f"{count} logins"
        note = f"{said} of {full_name(user)} ended."
        _write("end_login", user, AuditEntry.Result.OK, by, reason=why, note=note)


def factor(user: AbstractUser, action: str, kind: str, *, by: Any = None) -> None:
    """Write that a second factor of that kind was added, removed or, for "fail_factor", shown wrongly."""
    result = AuditEntry.Result.DENIED if action == "fail_factor" else AuditEntry.Result.OK
    _write(action, user, result, by, reason=kind, note=f"A second factor of {full_name(user)}.")


def link(user: AbstractUser, action: str, *, by: Any = None) -> None:
    """Write that a link to choose a password by was made: "mail_link" to her address, "give_link" for somebody's hand.

    The link itself is written nowhere.
    """
    who = "" if by is not None else acting.now().ip
    note = f"A link by which {full_name(user)} chooses a password, good once."
    told = {"note": note} if by is not None else {"note": note, "actor_name": "Somebody", "source_ip": who}
    _write(action, user, AuditEntry.Result.OK, by, **told)


def _write(action: str, user: AbstractUser, result: str, by: Any, **told: str) -> None:
    outcome = AuditEntry.Phase.OUTCOME
    entries.write(
        phase=outcome, action=action, result=result, actor=by, subject="login", subject_id=str(user.pk), **told
    )
