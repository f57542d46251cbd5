"""Why Earshot did something by itself, and how a stay ended, as the audit's reader is told."""

from __future__ import annotations

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
