"""Why nobody can say whether somebody hears you: the first reason, as a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from conferences.audibility.hearing import Hearing, can_speak, hears
from conferences.audibility.parties import Party

Doubt = tuple[Callable[[Party], bool], str]

ABOUT_YOU: Final[tuple[Doubt, ...]] = (
    (lambda you: not you.role_known and you.changing and you.present is None, "you_joining"),
    (lambda you: not you.role_known and you.changing, "mode_changing"),
    (lambda you: not you.role_known, "mode_unanswered"),
    (lambda you: len(you.roles) > 1, "other_mode"),
    (lambda you: you.present is None, "you_joining"),
    (lambda you: you.phone_hold is True, "your_phone_held"),
    (lambda you: you.phone_hold is None, "your_phone"),
    (lambda you: you.on_hold is None, "your_hold"),
    (lambda you: you.muted is None, "your_mute"),
    (lambda you: can_speak(you, you) is Hearing.UNKNOWN, "not_muted"),
)
ABOUT_THEM: Final[tuple[Doubt, ...]] = (
    (lambda them: them.present is None, "they_joining"),
    (lambda them: them.phone_hold is True, "their_phone_held"),
    (lambda them: them.phone_hold is None, "their_phone"),
    (lambda them: them.on_hold is None, "their_hold"),
    (lambda them: them.roles == {"whisper"}, "whispering"),
    (lambda them: "whisper" in them.roles, "perhaps_whispering"),
)


def doubt(listener: Party, you: Party, *, running: bool | None = True) -> str:
    """Return why it is UNKNOWN whether the listener hears you, a kind of `wording.hearing`; empty where it is known."""
    if hears(listener, you, running=running) is not Hearing.UNKNOWN:
        return ""
    if running is None:
        return "running"
    yours = [kind for applies, kind in ABOUT_YOU if applies(you)]
    theirs = [kind for applies, kind in ABOUT_THEM if applies(listener)]
    return (yours + theirs)[0]
