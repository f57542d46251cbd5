"""Whether a person answered the phone: what is to be done before anything is joined; pure, sends nothing.

Nothing is joined that may be a machine. A key is believed, and so is a person that the provider detects where the
device says so; whatever neither has settled is asked for the key, and hung up when that does not come. A voicemail or
a fax that is detected is hung up whatever the device says.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from conferences.fold import AnsweredBy
from conferences.models import AnswerCheck, Leg, Supervision
from conferences.supervision.state_machine.steps import Decision, Snapshot, Step
from conferences.telnyx.commands import encode_client_state

# The key that says that a person is there, and how often the line that asks for it is spoken, each time followed by
# so many milliseconds of waiting.
KEY: Final = "1"
TRIES: Final = 2
WAIT_MILLIS: Final = 6000
# The provider tells within this what came of the asking; where it does not, she is asked once more.
KEY_LONGEST: Final = timedelta(seconds=30)
MOST_ASKS: Final = 2
# How long detection takes is undocumented; where it has told nothing by then, the key is asked for instead.
DETECTION_LONGEST: Final = timedelta(seconds=12)
# A call screener is taken for a machine at first (Telnyx: Dial page); one that is none may be let go so much later.
SCREENER_LATEST: Final = timedelta(seconds=8)
# A call screener asks its owner, who takes the call within this or not at all.
SCREENED_LONGEST: Final = timedelta(seconds=30)
# Whatever else happens, nobody waits for longer.
LONGEST: Final = timedelta(seconds=120)


class Kind(StrEnum):
    """Why a phone that was answered was not joined. Each is a key of wording.problems."""

    VOICEMAIL = "voicemail"
    FAX = "fax"
    SCREENER = "screener"
    NO_KEY = "no_key"
    WRONG_KEY = "wrong_key"
    UNCHECKED = "unchecked"
    MACHINE_LATE = "machine_late"


_MACHINES: Final = {
    AnsweredBy.MACHINE: Kind.VOICEMAIL,
    AnsweredBy.VOICEMAIL: Kind.VOICEMAIL,
    AnsweredBy.FAX: Kind.FAX,
    AnsweredBy.SCREENING: Kind.SCREENER,
    AnsweredBy.SCREENER: Kind.SCREENER,
}
# Another command, or the end of a detection, ended the asking (Telnyx: call.gather.ended).
_CUT_SHORT: Final = ("cancelled", "cancelled_amd")
_CHECKING: Final = Supervision.State.CHECKING


def before_joining(snapshot: Snapshot) -> Decision | None:
    """Return what to do until it is settled who answered; None once a person is known to be there."""
    supervision, leg = snapshot.supervision, snapshot.leg
    if leg is None or supervision.answer_check in ("", AnswerCheck.TRUST) or is_confirmed(supervision, leg):
        return None
    if _since(snapshot) > LONGEST:
        return _give_up(machine_of(leg) or Kind.UNCHECKED)
    if leg.answered_by in (AnsweredBy.VOICEMAIL, AnsweredBy.FAX):
        return _give_up(machine_of(leg) or Kind.UNCHECKED)
    return _by_detection(snapshot, leg) if supervision.answer_check == AnswerCheck.DETECT else _by_key(snapshot, leg)


def after_joining(snapshot: Snapshot) -> Decision | None:
    """A machine that detection took for a person at first and only then for what it is: it is hung up all the same."""
    supervision, leg = snapshot.supervision, snapshot.leg
    if leg is None or supervision.answer_check != AnswerCheck.DETECT or is_confirmed(supervision, leg):
        return None
    return Decision(Step.GIVE_UP, supervision.state, Kind.MACHINE_LATE) if machine_of(leg) else None


def is_confirmed(supervision: Supervision, leg: Leg) -> bool:
    """Whether the key was pressed for this supervision: nobody else asks on a leg that we dialled."""
    return leg.confirmed_at is not None and _is_for(supervision, leg.confirmed_for)


def machine_of(leg: Leg) -> Kind | None:
    """Return what is known to have answered, if it is no person."""
    return _MACHINES.get(AnsweredBy(leg.answered_by)) if leg.answered_by else None


def _by_detection(snapshot: Snapshot, leg: Leg) -> Decision | None:
    who = leg.answered_by
    if who == AnsweredBy.HUMAN:
        return None
    if who in (AnsweredBy.SILENCE, AnsweredBy.NOT_SURE):
        return _by_key(snapshot, leg)
    if not who:
        is_late = snapshot.supervision.ask_sent_at is not None or _since(snapshot) > DETECTION_LONGEST
        return _by_key(snapshot, leg) if is_late else Decision(Step.WAIT, _CHECKING)
    return (
        Decision(Step.WAIT, _CHECKING)
        if _may_be_screened(snapshot, leg)
        else _give_up(machine_of(leg) or Kind.UNCHECKED)
    )


def _may_be_screened(snapshot: Snapshot, leg: Leg) -> bool:
    return leg.answered_by in _MACHINES and snapshot.now - (leg.answered_by_at or snapshot.now) <= _patience(leg)


def _patience(leg: Leg) -> timedelta:
    """How long a machine may still turn out to be a call screener, and that let the call through to somebody."""
    if leg.answered_by == AnsweredBy.SCREENING:
        return SCREENED_LONGEST
    return SCREENER_LATEST if leg.answered_by == AnsweredBy.MACHINE and not leg.screened else timedelta(-1)


def _by_key(snapshot: Snapshot, leg: Leg) -> Decision:
    supervision, sent_at = snapshot.supervision, snapshot.supervision.ask_sent_at
    if sent_at is None:
        return Decision(Step.ASK, _CHECKING)
    if leg.gather_status and _is_for(supervision, leg.gather_for) and leg.gathers >= supervision.asks_sent:
        return _without_key(snapshot, leg)
    if snapshot.now - sent_at <= KEY_LONGEST:
        return Decision(Step.WAIT, _CHECKING)
    return _ask_again(snapshot) or _give_up(machine_of(leg) or (Kind.NO_KEY if leg.gather_status else Kind.UNCHECKED))


def _without_key(snapshot: Snapshot, leg: Leg) -> Decision:
    """The asking ended otherwise than in the key: it was cut short, nobody was there yet, or nobody is."""
    if leg.gather_status == "call_hangup":
        return Decision(Step.WAIT, _CHECKING)
    if leg.gather_status == "invalid":
        return _give_up(Kind.WRONG_KEY)
    if leg.screened and _may_be_screened(snapshot, leg):
        return Decision(Step.WAIT, _CHECKING)
    is_new = leg.gather_status in _CUT_SHORT or (leg.screened and machine_of(leg) is None)
    return (_ask_again(snapshot) if is_new else None) or _give_up(machine_of(leg) or Kind.NO_KEY)


def _ask_again(snapshot: Snapshot) -> Decision | None:
    return Decision(Step.ASK, _CHECKING) if snapshot.supervision.asks_sent < MOST_ASKS else None


def _is_for(supervision: Supervision, client_state: str) -> bool:
    mine = {encode_client_state(str(one)) for one in (supervision.pk, supervision.first_stay)}
    return client_state in mine or (not client_state and bool(supervision.address))


def _since(snapshot: Snapshot) -> timedelta:
    """How long it has been known to us that the phone was answered: no two clocks are compared."""
    return snapshot.now - (snapshot.supervision.check_began_at or snapshot.now)


def _give_up(kind: Kind) -> Decision:
    return Decision(Step.GIVE_UP, _CHECKING, kind)
