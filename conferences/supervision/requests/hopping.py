"""Going over from one call to another on the phone leg she has."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext_noop as _

from conferences import clock, policy
from conferences.audit import log as audit
from conferences.errors import NotPossible
from conferences.models import Conference, Supervision
from conferences.supervision import notices, requests, store
from conferences.supervision.executor import waiting

NO_LINE = _("Your phone is not connected. Choose Monitor, and it is called.")
LEAVING = _("You are leaving. Your phone will be hung up.")
NOT_YET = _("Your phone is still being connected. Wait for it, or cancel.")
HERE = _("You are in this call.")
_CONNECTING = (Supervision.State.DIALLING, Supervision.State.RINGING, Supervision.State.CHECKING)


def hop(user: User, conference: Conference, *, reason: str = "", ip: str | None = None, session_key: str = "") -> None:
    """Ask to leave the call the user is in and to join `conference` on the same leg, as monitor, for that reason.

    The join is sent once the provider has told that she is out of the other call. Raises NotPossible; then it is
    audited, and she is where she was. Returns when that is sent, or after a moment.
    """
    mine = requests.current(user)
    with requests.on_record(audit.Attempt(user, conference, "join", Supervision.Role.MONITOR, (), ip)):
        if mine is None or mine.ended_at is not None:
            raise NotPossible(NO_LINE)
        _check_place(mine, conference)
        policy.check_action(user, conference, Supervision.Role.MONITOR, ())
        policy.check_reason(conference, reason)
        wish = _wish(mine, conference, session_key) | {"source_ip": ip, "hop_reason": reason[:200]}
        if not store.ask(mine, **wish):
            raise NotPossible(NO_LINE)
    waiting.advance_within(mine.pk, requests.AT_MOST)
    next_one = requests.on_line(mine)
    if next_one is not None and next_one.pk != mine.pk:
        waiting.advance_within(next_one.pk, requests.AT_MOST)


def _check_place(mine: Supervision, conference: Conference) -> None:
    """Raise NotPossible where nothing can be gone over from, or leaving would do more than take her out."""
    if mine.is_on_the_way_out:
        raise NotPossible(LEAVING)
    is_here = mine.is_active or mine.hop_to_id == conference.pk
    if is_here and conference.pk in (mine.conference_id, mine.hop_to_id):
        raise NotPossible(HERE)
    if mine.state in _CONNECTING or (mine.is_active and mine.join_sent_at is None and mine.line is None):
        raise NotPossible(NOT_YET)
    if mine.is_active and mine.join_options.warning:
        raise NotPossible(f"{mine.join_options.warning} Leave it first.")


def _wish(mine: Supervision, conference: Conference, session_key: str) -> dict[str, object]:
    wish: dict[str, object] = {"hop_to": conference, "requested_at": clock.now(), **notices.NONE}
    if session_key:
        wish["session_key"] = session_key
    if mine.state != Supervision.State.BETWEEN:
        wish |= {"is_active": False, "problem": "hopped", "state": Supervision.State.LEAVING}
    return wish
