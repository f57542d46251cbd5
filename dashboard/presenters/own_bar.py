"""What the supervisor's own bar says: of who hears her, of what has to be told apart while she is in a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from conferences import clock
from conferences.audibility import Claim, OwnMode, OwnVoice, claim
from conferences.models import Conference, Device, Supervision
from conferences.supervision.notices import listed
from conferences.wording.problems import problem_words
from dashboard.presenters.audience import Audience
from dashboard.presenters.call import Call
from dashboard.presenters.seen import name_for

# Ends that are her own wish.
HERS: Final = ("left", "left_alone", "cancelled", "put_down")
_SAID_INSTEAD: Final = ("refused", "no_reply")


_CLAIMS: Final = {
    Claim.NOT_SENT: _("Nobody hears you yet."),
    Claim.NOT_CERTAIN: _("You may be heard."),
    Claim.CHANGED_MEANWHILE: _("You may be heard."),
    Claim.BEING_MUTED: _("Telnyx is being asked to confirm that you are muted."),
}


def claim_of(call: Call, supervision: Supervision) -> Claim:
    """Return what may be claimed about a supervisor being heard."""
    voice = OwnVoice(
        asked=OwnMode(supervision.requested_role, frozenset(supervision.requested_targets)),
        requested_at=supervision.requested_at,
        accepted=OwnMode(supervision.accepted_role, frozenset(supervision.accepted_targets)),
        accepted_at=supervision.accepted_at,
        join_sent_at=supervision.join_sent_at,
        is_joining=supervision.command == "join",
        is_muted=supervision.accepted_mute is True,
        is_proved=supervision.confirmation == Supervision.Confirmation.AGREES,
        is_in=call.is_in(supervision.call_control_id),
    )
    return claim(voice, clock.now())


def said_of(call: Call, supervision: Supervision) -> str:
    """Say who hears a supervisor in the call or on her way in: never fewer than may."""
    claimed = claim_of(call, supervision)
    reckoned = call.hearing(supervision.call_control_id, supervision.accepted_role or supervision.requested_role)
    return gettext(_CLAIMS[claimed]) if claimed in _CLAIMS else reckoned


@dataclass(frozen=True, slots=True)
class Alone:
    """Nobody else is in the call: how that is put, and when she is taken out; None when she stays.

    `stays_up`: then her phone is not hung up at once.
    """

    sentence: str
    ends_at: datetime | None
    stays_up: bool


def alone(call: Call, supervision: Supervision) -> Alone | None:
    """Return what to say of one who is in a call without people, until she is out of it."""
    if supervision.alone_at is None or supervision.ended_at is not None or not supervision.is_active:
        return None
    others = [one for one in call.supervisors if one.leg and one.leg.call_control_id != supervision.call_control_id]
    said = gettext("Everybody has left: you are alone in the call.")
    if others:
        said = gettext("Everybody has left: only supervisors are in the call.")
    return Alone(said, supervision.alone_until, bool(settings.BETWEEN_CALLS_SECS) and supervision.may_stay_up)


@dataclass(frozen=True, slots=True)
class Quiet:
    """What keeps her from being heard, or from hearing, beyond her mode ("mute", "hold"), and what takes it off."""

    what: str
    action: str
    progress: str
    is_under_way: bool


def why_quiet(call: Call, supervision: Supervision) -> list[Quiet]:
    """Return what keeps a supervisor who is in the call from hearing or from being heard, though her mode would not."""
    me = next((one for one in call.people if one.call_control_id == supervision.call_control_id), None)
    if me is None or supervision.state != Supervision.State.JOINED or supervision.ended_at is not None:
        return []
    found = []
    if me.on_hold or supervision.lift_hold:
        found.append(Quiet("hold", gettext("Take me off hold"), gettext("Taking you off hold…"), supervision.lift_hold))
    speaks = supervision.accepted_role not in ("", Supervision.Role.MONITOR)
    if (
        speaks
        and (me.muted or supervision.join_options.mute)
        and supervision.requested_role == supervision.accepted_role
    ):
        found.append(Quiet("mute", gettext("Unmute me"), gettext("Unmuting you…"), supervision.command == "unmute"))
    return found


@dataclass(frozen=True, slots=True)
class Ending:
    """Why it ended or is to end, in one sentence, and what is to be said beside that."""

    problem: str
    aside: str


def ending_of(supervision: Supervision, conference: Conference, said: str) -> Ending:
    """Put an end into words; what the provider said of its refusal stands in the place of "The provider refused."."""
    if supervision.problem in _SAID_INSTEAD and said and not supervision.joined_at:
        return Ending(said, "")
    if supervision.problem == "left":
        return Ending(_words_of_left(conference), said)
    return Ending(problem_words(supervision.problem, supervision.device.name if supervision.device else ""), said)


@dataclass(frozen=True, slots=True)
class Line:
    """Her phone leg, on which she may go over to another call: to which one she is on her way, where that is so.

    `hung_up_at`: until when it stays up in no call.
    """

    going_to: str = ""
    hung_up_at: datetime | None = None


def line(supervision: Supervision, audience: Audience) -> Line | None:
    """Return how her phone leg stands; None where nothing can be gone over to another call on."""
    if supervision.ended_at is not None or supervision.is_on_the_way_out:
        return None
    if supervision.hop_to is not None:
        return Line(going_to=name_for(audience, supervision.hop_to))
    if supervision.state == Supervision.State.BETWEEN:
        since = supervision.between_at or clock.now()
        return Line(hung_up_at=since + timedelta(seconds=settings.BETWEEN_CALLS_SECS))
    is_in = supervision.state == Supervision.State.JOINED
    is_coming = supervision.state == Supervision.State.JOINING and supervision.line is not None
    return Line() if is_in or is_coming else None


def other_phones(supervision: Supervision) -> list[Device]:
    """Return the supervisor's other phones, where the one that was called did not bring her into the call."""
    if supervision.state != Supervision.State.FAILED or supervision.problem in HERS or supervision.device is None:
        return []
    return list(Device.objects.filter(supervisor__user=supervision.user_id).exclude(pk=supervision.device.pk))


def title(supervision: Supervision, agents: list[str]) -> str:
    """Return what the page's title says while she is in a call, so that she sees it from another tab; else nothing."""
    if supervision.ended_at is not None or supervision.state != Supervision.State.JOINED:
        return ""
    mode = supervision.get_accepted_role_display() if supervision.accepted_role else gettext("In a call")
    return " · ".join(part for part in (f"● {mode}", listed(agents) if agents else "") if part)


def _words_of_left(conference: Conference) -> str:
    """Say how the call she left is now. Load it with `with_people`."""
    if not conference.is_live:
        return gettext("You left. The call has ended since.")
    if conference.has_people():
        return gettext("You left. The call goes on without you.")
    return gettext("You left. Nobody is in the call any more.")
