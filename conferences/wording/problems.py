"""Why a supervision came to nothing, or ended."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# By the kind kept on the row; {phone} is what the supervisor calls hers.
PROBLEMS: Final = {
    "no_answer": _("You did not answer."),
    "busy": _("Your phone was busy."),
    "declined": _("The call was declined at your phone."),
    "not_reached": _("Your phone could not be reached."),
    "not_registered": _("Your phone is not signed in, or takes no calls now."),
    "no_such_number": _("There is no phone at this number."),
    "not_allowed_there": _("Calls to your phone are not let through. Please tell your administrator."),
    "no_common_sound": _("Your phone cannot be called the way it is set up. Please tell your administrator."),
    "ringing_stopped": _("The call to your phone ended before it was answered."),
    "voicemail": _("{phone} was answered by a voicemail, so it was hung up. Nothing of the call was heard."),
    "fax": _("{phone} was answered by a fax, so it was hung up. Nothing of the call was heard."),
    "screener": _("{phone} was answered by a call screener, so it was hung up. Nothing of the call was heard."),
    "no_key": _("{phone} was answered and nobody pressed 1, so it was hung up. Nothing of the call was heard."),
    "wrong_key": _("A wrong key was pressed on {phone}, so it was hung up. Nothing of the call was heard."),
    "unchecked": _("The provider did not say who answered {phone}, so it was hung up. Nothing of the call was heard."),
    "machine_late": _("{phone} turned out to be answered by a machine, so it was hung up. It may have heard the call."),
    "no_key_out": _("Nobody pressed 1 on {phone}, so you were not joined. Nothing of the call was heard."),
    "wrong_key_out": _("A wrong key was pressed on {phone}, so you were not joined. Nothing of the call was heard."),
    "unchecked_out": _("The provider did not say whether 1 was pressed on {phone}, so you were not joined."),
    "conference_over": _("The call had already ended."),
    "not_answered_yet": _("Your phone had not been answered yet."),
    "full": _("The conference is full."),
    "refused": _("The provider refused."),
    "no_reply": _("No answer from the provider."),
    "hung_up": _("Your phone hung up."),
    "line_ended": _("The line to your phone ended."),
    "removed": _("You were taken out of the call."),
    "call_ended": _("The call has ended."),
    "not_quieter": _("The change to a quieter mode did not go through, so your phone was hung up."),
    "not_certain": _("It was not certain who could hear you, so your phone was hung up."),
    "not_confirmed": _("The provider did not confirm the mode, so your phone was hung up."),
    "withdrawn": _("You may no longer supervise this call, so your phone was hung up."),
    "too_long": _("The longest time to listen was over, so your phone was hung up."),
    "too_long_out": _("The longest time to listen was over, so you were taken out of the call."),
    "sensitive": _("A sensitive section began, so your phone was hung up."),
    "sensitive_out": _("A sensitive section began, so you were taken out of the call."),
    "protected": _("Somebody who is protected is in the call, so your phone was hung up."),
    "protected_out": _("Somebody who is protected is in the call, so you were taken out of it."),
    "not_quieter_out": _("The change to a quieter mode did not go through, so you were taken out of the call."),
    "not_certain_out": _("It was not certain who could hear you, so you were taken out of the call."),
    "not_confirmed_out": _("The provider did not confirm the mode, so you were taken out of the call."),
    "withdrawn_out": _("You may no longer supervise this call, so you were taken out of it."),
    "ended_by_other": _("Your supervision was ended by somebody else, so your phone was hung up."),
    "alone": _("Everybody had left the call, so your phone was hung up."),
    "alone_out": _("Everybody had left the call, so you were taken out of it."),
    "cancelled": _("Cancelled."),
    "left": _("You left."),
    "hopped": _("You went over to another call."),
    "hop_uncertain": _("It was not certain that you were out of the call, so your phone was hung up."),
    "put_down": _("Your phone was hung up."),
    "left_alone": _("You left. Nobody else was in the call."),
}


def problem_words(kind: str, phone: str = "") -> str:
    """Return the sentence of a kind kept on a supervision's row; `phone` is what the supervisor calls it."""
    sentence = gettext(PROBLEMS[kind]) if kind in PROBLEMS else ""
    said = sentence.format(phone=gettext("your {phone}").format(phone=phone) if phone else gettext("your phone"))
    return said[:1].upper() + said[1:]
