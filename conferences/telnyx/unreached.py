"""Why a supervisor's phone was never answered: one kind from all that a call.hangup tells; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conferences.telnyx.explanations.account_codes import meaning

EARSHOT_CALLED: Final = "Calling your phone"


class Kind(StrEnum):
    """Each is a key of wording.problems."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    NOT_REGISTERED = "not_registered"
    NO_SUCH_NUMBER = "no_such_number"
    NOT_ALLOWED = "not_allowed_there"
    NO_COMMON_SOUND = "no_common_sound"
    NOT_REACHED = "not_reached"
    RINGING_STOPPED = "ringing_stopped"
    REFUSED = "refused"  # by the account's own set-up: as one that is refused at once


@dataclass(frozen=True, slots=True)
class Hangup:
    """What the provider told of the end of a leg nobody had answered (Telnyx docs: call.hangup); empty for untold.

    `cause` and `source` are its words, `sip_code` a SIP status, `account_code` a D code. `is_sip`: it was dialled at a
    SIP address, and `signed_in` what the provider said of it before, None when nothing.
    """

    cause: str
    source: str = ""
    sip_code: str = ""
    account_code: str = ""
    is_sip: bool = False
    signed_in: bool | None = None


# SIP statuses (RFC 3261, 3326, 8197) that say more than the provider's word for the cause.
_BY_SIP: Final = {
    "486": Kind.BUSY,
    "600": Kind.BUSY,
    "603": Kind.DECLINED,
    "607": Kind.DECLINED,
    "608": Kind.DECLINED,
    "480": Kind.NOT_REGISTERED,
    "430": Kind.NOT_REGISTERED,
    "404": Kind.NO_SUCH_NUMBER,
    "410": Kind.NO_SUCH_NUMBER,
    "484": Kind.NO_SUCH_NUMBER,
    "604": Kind.NO_SUCH_NUMBER,
    "401": Kind.NOT_ALLOWED,
    "402": Kind.NOT_ALLOWED,
    "403": Kind.NOT_ALLOWED,
    "407": Kind.NOT_ALLOWED,
    "415": Kind.NO_COMMON_SOUND,
    "488": Kind.NO_COMMON_SOUND,
    "606": Kind.NO_COMMON_SOUND,
}
_BY_CAUSE: Final = {
    "timeout": Kind.NO_ANSWER,
    "no_answer": Kind.NO_ANSWER,
    "user_busy": Kind.BUSY,
    "call_rejected": Kind.DECLINED,
    "not_found": Kind.NO_SUCH_NUMBER,
    "unspecified": Kind.NOT_REACHED,
}
_TO_CHECK: Final = {
    Kind.NO_ANSWER: "It rang and nobody answered. Check whether it is at hand, and its ringer.",
    Kind.BUSY: "It was on another call, or set to be. Check whether it may take a second call.",
    Kind.DECLINED: "It was declined at the phone, or by what answers for it. Check its do-not-disturb.",
    Kind.NOT_REGISTERED: "The phone was not signed in. Check that it is, and with the SIP user of the device.",
    Kind.NO_SUCH_NUMBER: "Nobody is known at that address. Check the device's number or SIP address.",
    Kind.NOT_ALLOWED: "It was not let through. Check the outbound voice profile's destinations and limit of calls, "
    "and for a SIP address that its connection takes calls from SIP URIs.",
    Kind.NO_COMMON_SOUND: "Phone and provider share no codec or encryption. Check the phone's codecs and SRTP.",
    Kind.NOT_REACHED: "Check whether it can be called otherwise, and the provider's debugging page for this leg.",
    Kind.RINGING_STOPPED: "The call was ended while it rang. Check the timeline for who ended it.",
    Kind.REFUSED: "Check the provider's pages for this code.",
}
MAYBE_NOT_SIGNED_IN: Final = "It may not be signed in, or its address may be wrong."


def kind_of(told: Hangup) -> Kind:
    """Return why the phone was not answered, by the most telling word of those given."""
    if told.account_code:
        return Kind.REFUSED
    if _BY_CAUSE.get(told.cause) == Kind.NO_ANSWER:
        return Kind.NOT_REGISTERED if told.signed_in is False else Kind.NO_ANSWER
    kind = _BY_SIP.get(told.sip_code) or _by_cause(told)
    if told.is_sip and kind == Kind.NO_SUCH_NUMBER:
        # A SIP phone that is not signed in may be told as one that is not there.
        return Kind.NOT_REGISTERED if told.signed_in is False else Kind.NOT_REACHED
    if not told.is_sip and kind == Kind.NOT_REGISTERED:
        return Kind.NOT_REACHED  # a mobile that is switched off
    return kind


def _by_cause(told: Hangup) -> Kind:
    """A rejection that does not come from the phone is the network's."""
    if told.sip_code[:1] == "5" and told.cause in ("call_rejected", "unspecified", ""):
        return Kind.NOT_REACHED
    if told.cause == "call_rejected" and told.source in ("caller", "unknown"):
        return Kind.NOT_ALLOWED
    return _BY_CAUSE.get(told.cause, Kind.RINGING_STOPPED)


def notice_of(told: Hangup) -> str:
    """Return what the supervisor should read beside the kind's own sentence; empty where that says all."""
    if told.account_code:
        known = meaning(told.account_code)
        return f"{EARSHOT_CALLED}: {known.supervisor if known else 'The phone provider refused this.'}"
    maybe = told.is_sip and kind_of(told) == Kind.NOT_REACHED and _is_no_such(told)
    return MAYBE_NOT_SIGNED_IN if maybe else ""


def words_of(told: Hangup) -> str:
    """Return the provider's own words."""
    parts = (told.cause, f"by {told.source}" if told.source else "", f"SIP {told.sip_code}" if told.sip_code else "")
    return ", ".join(part for part in parts if part)


def note_of(told: Hangup) -> str:
    """Return the cause and what to check, for the administrator."""
    known = meaning(told.account_code)
    if known is not None:
        return f"{told.account_code}: {known.administrator}"
    note = _TO_CHECK[Kind.NO_SUCH_NUMBER if told.is_sip and _is_no_such(told) else kind_of(told)]
    return f"{told.account_code}: {note}" if told.account_code else note


def _is_no_such(told: Hangup) -> bool:
    return (_BY_SIP.get(told.sip_code) or _by_cause(told)) == Kind.NO_SUCH_NUMBER
