"""What a supervisor can ask for: begin, change, leave and the rest; each is recorded, and advances by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from conferences import clock, policy
from conferences.audit import log as audit
from conferences.errors import NotAllowed, NotPossible, RefusedByProvider
from conferences.join_options import JoinOptions
from conferences.models import Conference, Device, Leg, Supervision, full_name
from conferences.policy.listening import options_of
from conferences.supervision import notices, store
from conferences.supervision.executor import waiting
from conferences.supervision.phone import answer_checks
from conferences.supervision.phone.own_legs import check_phone, left_before
from conferences.wording.problems import problem_words

# How many seconds a caller waits for the provider, so that its next wish is not held up; longer for a dial, which may
# be refused.
AT_MOST: Final = 1.0
DIALLED_WITHIN: Final = 3.0
ENDING_SHOWN: Final = timedelta(minutes=15)  # then it is found among her own stays only


@dataclass(frozen=True, slots=True)
class Request:
    """What a supervisor asks for: a role, for a whisper its targets, and a leg: `device` to dial or `leg` already up.

    `token` is the form's own: the same token twice is one supervision. `ip` is where it was asked from. `options` say
    how it joins; None: as the queue's policy has it. `session_key` is the login's: with its end the listening ends too.
    `reason` is hers, kept and on record.
    """

    role: str
    token: UUID
    targets: Sequence[str] = ()
    device: Device | None = None
    leg: Leg | None = None
    options: JoinOptions | None = None
    ip: str | None = None
    session_key: str = ""
    reason: str = ""


def begin(user: User, conference: Conference, request: Request) -> Supervision:
    """Begin to supervise `conference` for `user`, and return as soon as it is known whether the phone can be called.

    A form sent twice gives the supervision that it gave before. Raises NotPossible with the sentence to show and the
    field it is about: what is refused on our side is then in the audit as an attempt, what the provider refused as that
    command's outcome.
    """
    earlier = Supervision.objects.filter(token=request.token, user=user).first()
    begun = earlier or _begin(user, conference, request)
    if request.leg is None:
        waiting.advance_within(begun.pk, DIALLED_WITHIN)
        begun.refresh_from_db()
    else:
        begun = waiting.advance_own_leg(begun.pk)
    if begun.ended_at is not None and (begun.problem_field or request.leg is not None):
        dismiss(begun)
        raise RefusedByProvider(begun.notice or problem_words(begun.problem), field=begun.problem_field)
    return begun


def check(user: User, conference: Conference, role: str, targets: Sequence[str], *, ip: str | None = None) -> None:
    """Judge what an incomplete form asks for; it begins nothing. Raises NotPossible; then it is audited."""
    with on_record(audit.Attempt(user, conference, "join", role, targets, ip)):
        policy.check_action(user, conference, role, targets)


def change(supervision: Supervision, *, role: str, targets: Sequence[str], ip: str | None = None) -> None:
    """Ask for another role or other targets on the same leg. Raises NotPossible; then it is audited.

    Returns when that is sent, or after a moment: what the provider keeps waiting goes on by itself.
    """
    with on_record(audit.Attempt(supervision.user, supervision.conference, "update", role, targets, ip)):
        _check_running(supervision)
        if not supervision.would_be_quieter(role, targets):
            policy.check_action(supervision.user, supervision.conference, role, targets)
    store.note(
        supervision,
        requested_role=role,
        requested_targets=list(targets),
        requested_at=clock.now(),
        mutes_sent=0,
        agents_seen=[],
        newcomers=[],  # whoever was not chosen now was passed over
        **notices.NONE,
    )
    waiting.advance_within(supervision.pk, AT_MOST)


def leave(supervision: Supervision, *, within: float = AT_MOST) -> None:
    """Ask to be out, in whatever state it is: while the phone rings this cancels the call to it. Never refused.

    Who has gone over to another call meanwhile leaves that one. Returns when that is sent, or after `within` seconds.
    One that has ended or is ending is left as it is.
    """
    mine = on_line(supervision)
    if mine is None:
        return
    if not mine.is_on_the_way_out:
        out = {"is_active": False, "problem": _why_she_leaves(mine), "hop_to": None, **notices.NONE}
        if not store.ask(mine, state=Supervision.State.LEAVING, **out):
            leave(mine, within=within)
            return
    waiting.advance_within(mine.pk, within)


def on_line(supervision: Supervision) -> Supervision | None:
    """Return the supervision that runs on this one's leg now: itself, or the one of the call she has gone over to."""
    running = Supervision.objects.select_related("conference", "user").running().filter(user=supervision.user_id)
    return running.filter(Q(pk=supervision.pk) | Q(line=supervision.first_stay)).first()


def stay(supervision: Supervision) -> None:
    """Ask to stay in a call in which nobody else is any more. Raises NotPossible for one that is over."""
    _check_running(supervision)
    store.note(supervision, stays_alone=True)


def lift(supervision: Supervision, what: str, *, ip: str | None = None) -> None:
    """Ask to be "mute" or "hold" no longer, on our own leg. Raises NotPossible; then it is audited."""
    asked = supervision.requested_role, supervision.requested_targets
    with on_record(audit.Attempt(supervision.user, supervision.conference, _LIFTS[what], *asked, ip)):
        _check_running(supervision)
        policy.check_action(supervision.user, supervision.conference, *asked)
    changed: dict[str, object] = {"lift_hold": True} if what == "hold" else {"accepted_mute": None}
    changed |= {"confirmation": "", "confirmation_at": None, "mutes_sent": 0, **notices.NONE}
    store.note(supervision, options={**supervision.options, what: False}, **changed)
    waiting.advance_within(supervision.pk, AT_MOST)


_LIFTS = {"mute": "unmute", "hold": "unhold"}


def end(supervision: Supervision, by: User, *, ip: str | None = None) -> None:
    """End somebody else's supervision, on record as `by`'s; the supervisor is told who. One that is ending is left.

    Raises NotAllowed, audited, unless `by` may do that.
    """
    if not policy.may_end_others(by):
        why = "You may not end others' supervision; ask your administrator."
        audit.deny(audit.Attempt(by, supervision.conference, "end", supervision.requested_role, (), ip), why)
        raise NotAllowed(why)
    if supervision.ended_at is None and not supervision.is_on_the_way_out:
        told = notices.said(f"{full_name(by)} ended it.")
        out = {"is_active": False, "problem": "ended_by_other", "hop_to": None, **told}
        if store.ask(supervision, state=Supervision.State.LEAVING, **out):
            audit.ended(supervision, by, ip=ip)
    waiting.advance_within(supervision.pk, AT_MOST)


def move_to_login(supervision: Supervision, session_key: str) -> None:
    """Note under which key its login goes on, which changes with a password; empty while it changes."""
    store.note(supervision, session_key=session_key)


def dismiss(supervision: Supervision) -> None:
    """Note that the supervisor has read how a supervision ended."""
    if supervision.ended_at is not None:
        store.note(supervision, dismissed_at=clock.now())


def current(user: User) -> Supervision | None:
    """Return the user's running supervision, else the last one that ended lately and was not dismissed."""
    mine = Supervision.objects.select_related("conference__queue", "device", "user").filter(
        user=user, dismissed_at=None
    )
    return mine.filter(ended_at=None).first() or mine.filter(ended_at__gt=clock.now() - ENDING_SHOWN).first()


def _why_she_leaves(supervision: Supervision) -> str:
    if supervision.state == Supervision.State.BETWEEN:
        return "put_down"
    if not supervision.joined_at:
        return "cancelled"
    call = Conference.objects.with_people().get(pk=supervision.conference_id)
    return "left" if call.has_people() else "left_alone"


def _begin(user: User, conference: Conference, request: Request) -> Supervision:
    with on_record(audit.Attempt(user, conference, "join", request.role, request.targets, request.ip)):
        policy.check_action(user, conference, request.role, request.targets)
        policy.check_options(user, conference, request.options)
        policy.check_reason(conference, request.reason)
        check_phone(user, request.leg, request.device)
        return _create(user, conference, request)


@contextmanager
def on_record(attempt: audit.Attempt) -> Iterator[None]:
    """Audit the attempt where it is refused within."""
    try:
        yield
    except NotPossible as error:
        audit.deny(attempt, error.sentence)
        raise


def _create(user: User, conference: Conference, request: Request) -> Supervision:
    now = clock.now()
    row = Supervision(
        user=user,
        conference=conference,
        device=request.device,
        address=request.device.party.dialled if request.device else "",
        call_control_id=request.leg.call_control_id if request.leg else "",
        left_before_at=left_before(request.leg.call_control_id, conference) if request.leg else None,
        state=Supervision.State.JOINING if request.leg else Supervision.State.DIALLING,
        token=request.token,
        source_ip=request.ip,
        session_key=request.session_key,
        reason=request.reason[:200],
        requested_role=request.role,
        requested_targets=list(request.targets),
        answer_check=answer_checks.check_of(request.device, request.leg, user),
        options=(request.options or options_of(conference.queue)).stored(),
        requested_at=now,
        created_at=now,
    )
    try:
        store.create(row)
    except IntegrityError:
        return _instead(user, request.token)
    return row


def _instead(user: User, token: UUID) -> Supervision:
    """Another request was first: the same form sent twice, or another supervision of the same person."""
    twin = Supervision.objects.filter(token=token, user=user).first()
    if twin is not None:
        return twin
    raise NotPossible(_("You are already supervising a call. Leave it first."))


def _check_running(supervision: Supervision) -> None:
    if supervision.ended_at is not None or not supervision.is_active:
        raise NotPossible(_("You have left this call."))
