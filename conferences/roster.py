"""Who is in a conference, as audibility takes it: names as they may be shown, and only what the provider has told."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from conferences.addresses import canonical, masked, readable
from conferences.audibility import Party, reach, with_supervisor
from conferences.join_options import JoinOptions
from conferences.models import Conference, Leg, Participant, Supervision, full_name
from conferences.wording.hearing import sentence
from conferences.wording.lists import either

YOU = "you"  # the key of a supervisor who is not in yet


def parties(conference: Conference, *, numbers: bool) -> tuple[Party, ...]:
    """Return everybody who is or may be in the conference. Load it with `with_people`; `numbers`: shown in full."""
    here = (one for one in conference.supervisions.all() if one.ended_at is None and not one.is_between)
    running = {one.call_control_id: one for one in here}
    participants = [one for one in conference.participants.all() if one.state != Participant.State.LEFT]
    known = [_party(one, running.get(one.leg.call_control_id), conference, numbers) for one in participants]
    listed = {one.key for one in known}
    sent = (one for one in running.values() if one.join_sent_at is not None and one.joined_at is None)
    return (*known, *(_on_the_way(one) for one in sent if one.call_control_id not in listed))


def is_running(conference: Conference) -> bool | None:
    """Return whether people in the conference can hear each other at all; None while its state is not known.

    One that was not started yet counts as running: everybody in it is listed on hold, and that ends without notice.
    """
    return runs_in(conference.state)


def runs_in(state: str) -> bool | None:
    """Return the same for a state of a conference, a value of Conference.State."""
    known = {Conference.State.IN_PROGRESS: True, Conference.State.COMPLETED: False, Conference.State.INIT: True}
    return known.get(Conference.State(state))


def preview(
    people: Iterable[Party], you: Party, options: JoinOptions, *, running: bool | None, later: bool = False
) -> str:
    """Say who would hear a supervisor who joined, or changed, as `you` (see `yourself`) now; `later`: who will."""
    joined = with_supervisor(people, you, muted=options.mute)
    return sentence(reach(joined, you.key, running=running), _mode(you.role), later=later)


def yourself(role: str, targets: Iterable[str], options: JoinOptions, *, leg: str = YOU) -> Party:
    """Return a supervisor as she would come in with this role and these targets, on that leg."""
    return Party(leg, "you", "supervisor", role=role, targets=frozenset(targets), on_hold=options.hold)


def heard(people: Iterable[Party], call_control_id: str, role: str, *, running: bool | None) -> str:
    """Say who hears the supervisor on this leg now. Raises KeyError when it is not among the people."""
    return sentence(reach(people, call_control_id, running=running), _mode(role))


def name_of(leg: Leg, *, numbers: bool) -> str:
    """Return what a leg is called on a screen."""
    if leg.agent:
        return either([one.name for one in leg.agents])
    if leg.system:
        return leg.system.name
    if leg.kind == Leg.Kind.SUPERVISOR:
        return gettext("Supervisor")
    if leg.facts_deleted_at is not None and not leg.far_address:
        return gettext("Number deleted")
    if not leg.far_address or not leg.direction:
        return gettext("Unknown caller")
    return shown(leg.far_address, numbers=numbers)


def name_on(leg: Leg, supervision: Supervision | None, *, numbers: bool) -> str:
    """Return what the person on a leg in a conference is called: the supervisor, where it is the leg of one's."""
    return supervisor_name(supervision) if supervision else name_of(leg, numbers=numbers)


def shown(address: str, *, numbers: bool) -> str:
    """Return an address as it may be read on a screen; `numbers`: in full."""
    address = canonical(address) or address
    return readable(address) if numbers else masked(address)


def supervisor_name(supervision: Supervision) -> str:
    return full_name(supervision.user)


def _on_the_way(supervision: Supervision) -> Party:
    """A supervisor whose join was sent, of which nothing is heard yet: perhaps in already, in whatever mode."""
    return Party(
        key=supervision.call_control_id,
        name=supervisor_name(supervision),
        kind=Leg.Kind.SUPERVISOR,
        muted=None,
        present=None,
        role_known=False,
        changing=supervision.is_changing,
    )


def _party(participant: Participant, supervision: Supervision | None, conference: Conference, numbers: bool) -> Party:
    leg = participant.leg
    is_in = participant.state == Participant.State.JOINED and leg.state == Leg.State.ANSWERED
    return Party(
        key=leg.call_control_id,
        name=name_on(leg, supervision, numbers=numbers),
        kind=leg.kind,
        role=participant.role,
        targets=frozenset(participant.whisper_call_control_ids),
        muted=_muted(participant, supervision),
        on_hold=_on_hold(participant, supervision, conference),
        phone_hold=leg.phone_hold,
        present=True if is_in else None,
        role_known=supervision is None or supervision.is_role_known,
        changing=supervision is not None and supervision.is_changing,
    )


def _muted(participant: Participant, supervision: Supervision | None) -> bool | None:
    """What was read back since the role was accepted; our own look at the list counts until the next one.

    Nothing counts while our leg is being muted or unmuted, nor once the answer to that was lost.
    """
    if supervision is not None and not supervision.is_mute_known:
        return None
    if (
        participant.muted is None
        and supervision is not None
        and supervision.confirmation == Supervision.Confirmation.AGREES
    ):
        return supervision.is_muted_in(supervision.accepted_role)
    return participant.muted


def _on_hold(participant: Participant, supervision: Supervision | None, conference: Conference) -> bool | None:
    """Until a read-back tells: as our own accepted join said, but in a call that may not have started all wait.

    Not known while our leg is being taken off hold, nor once the answer to that was lost.
    """
    if supervision is not None and supervision.lift_hold:
        return None
    if participant.on_hold is None and supervision is not None and supervision.accepted_at is not None:
        # Only the provider's record tells that a call has started, and only that record carries a name.
        has_started = conference.state == Conference.State.IN_PROGRESS and bool(conference.name)
        return supervision.join_options.hold or (False if has_started else None)
    return participant.on_hold


def _mode(role: str) -> str:
    return "barge" if role == Supervision.Role.NONE else role
