"""Why an action is not possible, in words fit to show."""

from __future__ import annotations

from typing import Final


class NotPossible(Exception):
    """An action that was not begun. `sentence` is for the supervisor; `field` is the form field it belongs beside."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotAllowed(NotPossible):
    """The supervisor lacks the permission, or the conference is out of scope."""


class RefusedByProvider(NotPossible):
    """The provider refused what was sent; `field` is the request's field it named, by its own name, or empty."""


class ConferenceOver(NotPossible):
    """The conference has ended meanwhile."""


# How a supervision may come to nothing, by the key kept on its row.
PROBLEMS: Final = {
    "no_answer": "You did not answer.",
    "busy": "Your phone was busy.",
    "declined": "The call was declined at your phone.",
    "not_reached": "Your phone could not be reached.",
    "not_registered": "Your phone is not signed in, or takes no calls now.",
    "no_such_number": "There is no phone at this number.",
    "not_allowed_there": "Calls to your phone are not let through. Please tell your administrator.",
    "no_common_sound": "Your phone cannot be called the way it is set up. Please tell your administrator.",
    "ringing_stopped": "The call to your phone ended before it was answered.",
    "voicemail": "{phone} was answered by a voicemail, so it was hung up. Nothing of the call was heard.",
    "fax": "{phone} was answered by a fax, so it was hung up. Nothing of the call was heard.",
    "screener": "{phone} was answered by a call screener, so it was hung up. Nothing of the call was heard.",
    "no_key": "{phone} was answered and nobody pressed 1, so it was hung up. Nothing of the call was heard.",
    "wrong_key": "A wrong key was pressed on {phone}, so it was hung up. Nothing of the call was heard.",
    "unchecked": "The provider did not say who answered {phone}, so it was hung up. Nothing of the call was heard.",
    "machine_late": "{phone} turned out to be answered by a machine, so it was hung up. It may have heard the call.",
    "no_key_out": "Nobody pressed 1 on {phone}, so you were not joined. Nothing of the call was heard.",
    "wrong_key_out": "A wrong key was pressed on {phone}, so you were not joined. Nothing of the call was heard.",
    "unchecked_out": "The provider did not say whether 1 was pressed on {phone}, so you were not joined.",
    "conference_over": "The call had already ended.",
    "not_answered_yet": "Your phone had not been answered yet.",
    "full": "The conference is full.",
    "refused": "The provider refused.",
    "no_reply": "No answer from the provider.",
    "hung_up": "Your phone hung up.",
    "line_ended": "The line to your phone ended.",
    "removed": "You were taken out of the call.",
    "call_ended": "The call has ended.",
    "not_quieter": "The change to a quieter mode did not go through, so your phone was hung up.",
    "not_certain": "It was not certain who could hear you, so your phone was hung up.",
    "not_confirmed": "The provider did not confirm the mode, so your phone was hung up.",
    "withdrawn": "You may no longer supervise this call, so your phone was hung up.",
    "not_quieter_out": "The change to a quieter mode did not go through, so you were taken out of the call.",
    "not_certain_out": "It was not certain who could hear you, so you were taken out of the call.",
    "not_confirmed_out": "The provider did not confirm the mode, so you were taken out of the call.",
    "withdrawn_out": "You may no longer supervise this call, so you were taken out of it.",
    "ended_by_other": "Your supervision was ended by somebody else, so your phone was hung up.",
    "alone": "Everybody had left the call, so your phone was hung up.",
    "alone_out": "Everybody had left the call, so you were taken out of it.",
    "cancelled": "Cancelled.",
    "left": "You left.",
    "left_alone": "You left. Nobody else was in the call.",
}


def problem_words(kind: str, phone: str = "") -> str:
    """Return the sentence of a kind kept on a supervision's row; `phone` is what the supervisor calls it."""
    said = PROBLEMS.get(kind, "").format(phone=f"your {phone}" if phone else "your phone")
    return said[:1].upper() + said[1:]


# The same, for a leg that was up before us and is still.
ONLY_OUT: Final = {
    "not_quieter": "not_quieter_out",
    "not_certain": "not_certain_out",
    "not_confirmed": "not_confirmed_out",
    "withdrawn": "withdrawn_out",
    "no_key": "no_key_out",
    "wrong_key": "wrong_key_out",
    "unchecked": "unchecked_out",
    "alone": "alone_out",
}

STILL_MUTED: Final = "Your phone could not be unmuted, so nobody may hear you. Choose the mode again to try once more."
