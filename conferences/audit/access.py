"""Puts on record who came in or failed to, what was refused to whom, and who read what not everybody may read."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Any, Final

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from conferences.audit import acting, entries
from conferences.models import AuditEntry

OUTCOME: Final = AuditEntry.Phase.OUTCOME
OK: Final = AuditEntry.Result.OK
DENIED: Final = AuditEntry.Result.DENIED
AN_HOUR: Final = 3600.0
MOST_KEPT: Final = 10_000


class Recently:
    """Counts what happened under a key within the last hour, in this process. Thread-safe; it forgets the oldest."""

    def __init__(self) -> None:
        self._seen: OrderedDict[object, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, key: object) -> int:
        """Count one more, and return how many there are now."""
        now = time.monotonic()
        with self._lock:
            since, times = self._seen.pop(key, (now, 0))
            since, times = (now, 0) if now - since > AN_HOUR else (since, times)
            self._seen[key] = (since, times + 1)
            if len(self._seen) > MOST_KEPT:
                self._seen.popitem(last=False)
        return times + 1

    def forget(self) -> None:
        with self._lock:
            self._seen.clear()


READ: Final = Recently()
FAILED: Final = Recently()
REFUSED: Final = Recently()


def connect() -> None:
    """Have Django tell of logins from now on."""
    user_logged_in.connect(_came_in, dispatch_uid="audit login")
    user_logged_out.connect(_left, dispatch_uid="audit logout")
    user_login_failed.connect(_failed, dispatch_uid="audit failed login")


def read(user: AbstractUser, what: str, which: str = "") -> None:
    """Write that somebody was shown something; once an hour for the same login and the same thing."""
    if READ.count((acting.now().session_key, user.pk, what, which)) == 1:
        entries.write(phase=OUTCOME, action="read", result=OK, actor=user, subject=what, subject_id=which[:64])


def refused(user: AbstractUser, page: str, *, which: str, why: str, status: int) -> None:
    """Write that a request was refused: `why` is no_right, not_there or forgery. Of many alike the doublings."""
    times = REFUSED.count((user.pk, page, which, why))
    if _is_told(times):
        entries.write(
            phase=OUTCOME,
            action="refuse",
            result=DENIED,
            actor=user,
            subject=page[:64],
            subject_id=which[:64],
            reason=why,
            http_status=status,
            note=_times(times),
        )


def _came_in(request: HttpRequest | None, user: AbstractUser, **_: Any) -> None:
    _write("login", user, request)


def _left(request: HttpRequest | None, user: AbstractUser | None, **_: Any) -> None:
    if user is not None:
        _write("logout", user, request)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Of many alike only the doublings: whoever tries for hours does not fill the audit."""
    account = str(credentials.get("username") or credentials.get("email") or "")[:150]
    ip = _address(request)
    times = FAILED.count((account, ip))
    if _is_told(times):
        told = {"actor_name": "Somebody", "account": account, "source_ip": ip, "note": _times(times)}
        entries.write(phase=OUTCOME, action="login", result=DENIED, **told)


def _write(action: str, user: AbstractUser, request: HttpRequest | None) -> None:
    key = getattr(getattr(request, "session", None), "session_key", "") or ""
    told = {"source_ip": _address(request), "session_digest": acting.session_digest(key)}
    entries.write(phase=OUTCOME, action=action, result=OK, actor=user, **told)


def _address(request: HttpRequest | None) -> str:
    return (request.META.get("REMOTE_ADDR") or "") if request is not None else ""


def _is_told(times: int) -> bool:
    return times & (times - 1) == 0


def _times(times: int) -> str:
    return "" if times == 1 else f"{times} times within an hour."
