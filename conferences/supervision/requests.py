"""The actions as a supervisor asks for them: begin, change, leave; each is a wish that the executor carries out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from conferences import clock, policy
from conferences.audit import log as audit
from conferences.errors import NotAllowed, NotPossible
from conferences.ingest import feed, leg_matching
from conferences.join_options import JoinOptions
from conferences.models import Conference, Device, Leg, Participant, Supervision
from conferences.roster import full_name
from conferences.supervision import notices
from conferences.supervision.phone import answer_checks


@dataclass(frozen=True, slots=True)
class Request:
    """What a supervisor asks for: a role, for a whisper its targets, and a leg: `device` to dial or `leg` already up.

    `token` is the form's own: the same token twice is one supervision. `ip` is where it was asked from. `options` say
    how it joins; None: as the queue's policy has it. `session_key` is the login's: with its end the listening ends too.
    """

    role: str
    token: UUID
    targets: Sequence[str] = ()
    device: Device | None = None
    leg: Leg | None = None
    options: JoinOptions | None = None
    ip: str | None = None
    session_key: str = ""


def begin(user: User, conference: Conference, request: Request) -> Supervision:
    """Record that `user` wants to supervise `conference`; a form sent twice gives the one it gave before.

    Raises NotPossible with the sentence to show; the attempt is then in the audit. Nothing is sent yet: that is done
    by the executor.
    """
    earlier = Supervision.objects.filter(token=request.token, user=user).first()
    if earlier is not None:
        return earlier
    try:
        policy.check_action(user, conference, request.role, request.targets)
        policy.check_options(user, conference, request.options)
        _check_own_leg(user, request)
        return _create(user, conference, request)
    except NotPossible as error:
        audit.deny(audit.Attempt(user, conference, "join", request.role, request.targets, request.ip), error.sentence)
        raise


def needs_no_right(supervision: Supervision, role: str, targets: Sequence[str]) -> bool:
    """Whether the change only makes her heard by fewer than the mode in force does: nobody is kept from that."""
    accepted = supervision.accepted_role
    if role == Supervision.Role.MONITOR:
        return bool(accepted)
    fewer = set(targets) < set(supervision.accepted_targets)
    return bool(targets) and role == accepted == Supervision.Role.WHISPER and fewer


def change(supervision: Supervision, *, role: str, targets: Sequence[str], ip: str | None = None) -> None:
    """Record the wish for another role or other targets on the same leg. Raises NotPossible; then it is audited."""
    user, conference = supervision.user, supervision.conference
    try:
        _check_running(supervision)
        if not needs_no_right(supervision, role, targets):
            policy.check_action(user, conference, role, targets)
    except NotPossible as error:
        audit.deny(audit.Attempt(user, conference, "update", role, targets, ip), error.sentence)
        raise
    note(
        supervision,
        requested_role=role,
        requested_targets=list(targets),
        requested_at=clock.now(),
        mutes_sent=0,
        agents_seen=[],
        newcomers=[],  # whoever was not chosen now was passed over
        **notices.NONE,
    )


def refused(user: User, conference: Conference, action: str, request: Request, why: str) -> None:
    """Note in the audit an attempt that a form has already refused in those words."""
    audit.deny(audit.Attempt(user, conference, action, request.role, request.targets, request.ip), why)


def leave(supervision: Supervision) -> None:
    """Record the wish to be out, in whatever state it is: while the phone rings this cancels the call to it."""
    problem = "cancelled"
    if supervision.joined_at:
        call = Conference.objects.with_people().get(pk=supervision.conference_id)
        problem = "left" if call.has_people() else "left_alone"
    note(supervision, is_active=False, problem=problem, state=Supervision.State.LEAVING, **notices.NONE)


def stay(supervision: Supervision) -> None:
    """Record the wish to stay in a call in which nobody else is any more."""
    _check_running(supervision)
    note(supervision, stays_alone=True)


def lift(supervision: Supervision, what: str, *, ip: str | None = None) -> None:
    """Record the wish to be "mute" or "hold" no longer, on our own leg. Raises NotPossible; then it is audited."""
    asked = supervision.requested_role, supervision.requested_targets
    try:
        _check_running(supervision)
        policy.check_action(supervision.user, supervision.conference, *asked)
    except NotPossible as error:
        audit.deny(audit.Attempt(supervision.user, supervision.conference, _LIFTS[what], *asked, ip), error.sentence)
        raise
    changed: dict[str, object] = {"lift_hold": True} if what == "hold" else {"accepted_mute": None}
    options = {**supervision.options, what: False}
    note(supervision, options=options, mutes_sent=0, confirmation="", confirmation_at=None, **changed, **notices.NONE)


_LIFTS = {"mute": "unmute", "hold": "unhold"}


def end(supervision: Supervision, by: User, *, ip: str | None = None) -> None:
    """End somebody else's supervision, on record as `by`'s; the supervisor is told who. One that is ending is left.

    Raises NotAllowed, audited, unless `by` may do that.
    """
    if not policy.may_end_others(by):
        why = "You may not end others' supervision; ask your administrator."
        audit.deny(audit.Attempt(by, supervision.conference, "end", supervision.requested_role, (), ip), why)
        raise NotAllowed(why)
    if supervision.ended_at is not None or not supervision.is_active:
        return
    told = notices.said(f"{full_name(by)} ended it.")
    note(supervision, is_active=False, problem="ended_by_other", state=Supervision.State.LEAVING, **told)
    audit.ended(supervision, by, ip=ip)


def dismiss(supervision: Supervision) -> None:
    """Note that the supervisor has read how a supervision ended."""
    if supervision.ended_at is not None:
        note(supervision, dismissed_at=clock.now())


def current(user: User) -> Supervision | None:
    """Return the user's running supervision, else the last one whose ending has not been dismissed."""
    mine = Supervision.objects.select_related("conference__queue", "device", "user").filter(
        user=user, dismissed_at=None
    )
    return mine.filter(ended_at=None).first() or mine.first()


def own_legs(user: User) -> QuerySet[Leg]:
    """Return the live, answered legs at the user's devices that are in no conference: they can join at once.

    Only legs that are proved to be at those devices: an incoming call shows whatever its caller likes, and would then
    hear the call.
    """
    addresses = {*Device.objects.filter(supervisor__user=user).values_list("address", flat=True)}
    inside = Participant.objects.exclude(state=Participant.State.LEFT)
    candidates = Leg.objects.filter(state=Leg.State.ANSWERED, kind=Leg.Kind.SUPERVISOR).exclude(participants__in=inside)
    mine = [leg.pk for leg in candidates if addresses & {*leg_matching.persons_addresses(leg)}]
    return Leg.objects.filter(pk__in=mine)


def _create(user: User, conference: Conference, request: Request) -> Supervision:
    now = clock.now()
    row = Supervision(
        user=user,
        conference=conference,
        device=request.device,
        address=request.device.party.dialled if request.device else "",
        call_control_id=request.leg.call_control_id if request.leg else "",
        state=Supervision.State.JOINING if request.leg else Supervision.State.DIALLING,
        token=request.token,
        source_ip=request.ip,
        session_key=request.session_key,
        requested_role=request.role,
        requested_targets=list(request.targets),
        answer_check=answer_checks.check_of(request.device, request.leg, user),
        options=(request.options or JoinOptions.of(conference.queue)).stored(),
        requested_at=now,
        created_at=now,
    )
    with feed.writing():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            return _instead(user, request.token)
        Supervision.objects.filter(user=user, dismissed_at=None).exclude(pk=row.pk).update(dismissed_at=now)
        feed.bump(conference)
    return row


def _instead(user: User, token: UUID) -> Supervision:
    """Another request was first: the same form sent twice, or another supervision of the same person."""
    twin = Supervision.objects.filter(token=token, user=user).first()
    if twin is not None:
        return twin
    raise NotPossible("You are already supervising a call. Leave it first.")


def _check_own_leg(user: User, request: Request) -> None:
    if request.leg is not None:
        if not own_legs(user).filter(pk=request.leg.pk).exists():
            raise NotPossible("That phone is no longer on a call you could use.", field="my_leg")
    elif request.device is None or request.device.supervisor.user_id != user.pk:
        raise NotPossible("Choose one of your own devices.", field="my_leg")


def _check_running(supervision: Supervision) -> None:
    if supervision.ended_at is not None or not supervision.is_active:
        raise NotPossible("You have left this call.")


def note(supervision: Supervision, **values: object) -> None:
    """Set columns of the row, and of `supervision`, as something its screen shows has changed."""
    with feed.writing():
        Supervision.objects.filter(pk=supervision.pk).update(**values)
        feed.bump(supervision.conference)
    for name, value in values.items():
        setattr(supervision, name, value)
