"""Why Earshot did something by itself, and how a stay ended, as the audit's reader is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from conferences.wording.problems import problem_words

# By the kind in an entry's reason; others are those of wording.problems.
REASONS: Final = {
    "targets_left": _("those who were whispered to had left"),
    "proof": _("so that the provider’s list proves that nobody hears"),
    "not_shown": _("the provider’s list did not show the mode"),
    "uncertain": _("an answer of the provider’s was lost"),
    "no_right": _("without the right to it"),
    "not_there": _("not there, or not for this person to see"),
    "forgery": _("the form was forged, or its page too old"),
    "withdrawn": _("the right to listen was withdrawn"),
    "ended_by_other": _("somebody else ended it"),
    "alone": _("everybody had left the call"),
    "left": _("left"),
    "left_alone": _("left, when nobody else was in the call"),
    "cancelled": _("cancelled"),
    "hopped": _("went over to another call"),
    "hung_up": _("the supervisor’s phone hung up"),
    "line_ended": _("the line to the supervisor’s phone ended"),
    "removed": _("taken out of the call at the provider"),
    "call_ended": _("the call ended"),
    "conference_over": _("the call had already ended"),
    "no_answer": _("the phone was not answered"),
    "busy": _("the phone was busy"),
    "declined": _("the call was declined at the phone"),
    "not_reached": _("the phone could not be reached"),
}


def reason_words(kind: str) -> str:
    """Return the clause of a kind kept as an entry's reason; empty for an entry without one."""
    if kind in REASONS:
        return gettext(REASONS[kind])
    sentence = problem_words(kind).rstrip(".")
    return sentence[:1].lower() + sentence[1:] if sentence else kind.replace("_", " ")


_BEEPS: Final = {
    "never": _("No beep was asked for."),
    "always": _("A beep on joining and leaving was asked for."),
    "on_enter": _("A beep on joining was asked for."),
    "on_exit": _("A beep on leaving was asked for."),
}


def terms_words(terms: Mapping[str, object]) -> tuple[str, ...]:
    """Return in sentences on which terms somebody listened; none where none were recorded."""
    if not terms:
        return ()
    version = terms.get("notice_version")
    return (
        gettext("Agents are told that they may be listened to.")
        if terms.get("agents_told")
        else gettext("It is not said that agents are told."),
        gettext("Version %(version)s of the notice was in force.") % {"version": version}
        if version
        else gettext("No confirmed notice was in force."),
        gettext(_BEEPS[str(terms["beep"])]),
    )
