"""Why nobody can say whether somebody hears you: the first reason, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from conferences.audibility.hearing import Hearing, can_speak, hears
from conferences.audibility.parties import Party

Doubt = tuple[Callable[[Party], bool], str]

ABOUT_YOU: Final[tuple[Doubt, ...]] = (
    (lambda you: not you.role_known and you.changing and you.present is None, "you are still joining"),
    (lambda you: not you.role_known and you.changing, "your mode is being changed"),
    (lambda you: not you.role_known, "your change of mode has had no answer"),
    (lambda you: len(you.roles) > 1, "the provider shows another mode than yours"),
    (lambda you: you.present is None, "you are still joining"),
    (lambda you: you.phone_hold is True, "your phone is on hold"),
    (lambda you: you.phone_hold is None, "not known whether your phone is on hold"),
    (lambda you: you.on_hold is None, "not known whether you are on hold"),
    (lambda you: you.muted is None, "not known whether you are muted"),
    (lambda you: can_speak(you, you) is Hearing.UNKNOWN, "the provider does not show you as muted"),
)
ABOUT_THEM: Final[tuple[Doubt, ...]] = (
    (lambda them: them.present is None, "still joining"),
    (lambda them: them.phone_hold is True, "phone on hold"),
    (lambda them: them.phone_hold is None, "not known whether their phone is on hold"),
    (lambda them: them.on_hold is None, "not known whether on hold"),
    (lambda them: them.roles == {"whisper"}, "also whispering"),
    (lambda them: "whisper" in them.roles, "may also be whispering"),
)


def doubt(listener: Party, you: Party, *, running: bool | None = True) -> str:
    """Return why it is UNKNOWN whether the listener hears you; empty where it is known."""
    if hears(listener, you, running=running) is not Hearing.UNKNOWN:
        return ""
    if running is None:
        return "not known whether the call goes on"
    yours = [words for applies, words in ABOUT_YOU if applies(you)]
    theirs = [words for applies, words in ABOUT_THEM if applies(listener)]
    return (yours + theirs)[0]
