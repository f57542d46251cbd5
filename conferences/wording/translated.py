"""Sentences that were kept, or raised, in English: put into the reader's words where they are shown.

What is on record is in one language. Of a sentence with places only the sentence is translated.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# Sentences with places, as they are kept filled in.
WITH_PLACES: Final = (
    _("{name} ended it."),
    _("It must be one of: {choices}."),
    _("The change got no answer from the provider, so you were put back to {mode}."),
    _("Telnyx takes no more calls from us for now. It lets us call again at {time}."),
    _("{agent} is not in the call yet."),
    _("{agent} has left the call meanwhile."),
    _("{system} is a machine: there is nobody to whisper to."),
    _("{action} was sent, but nobody knows whether it was done."),
    _("{agent} is in no live call now."),
    _("{agent} no longer asks for help."),
    _("{name} answers {agent} already."),
    _("{name} cannot take this call over now."),
    _("{name} did not answer. You are still in the call."),
    _("{name} did not get into the call. You are still in it."),
    _("{name} has taken over."),
    _("{name} is joining. You stay until she or he is in."),
    _("{who} has ended"),
    _("{who} has left"),
    _("{who} is in the call"),
    _("{who} is muted"),
    _("{who} is not muted"),
    _("{who} is on hold"),
    _("{who} is not on hold"),
    _("{who} whispers to others"),
    # What the audit notes of what was done to a call.
    _("The supervision of {name} was ended."),
    _("Until {time}."),
    _("Its time was over, after {seconds} s."),
    _("Ended by {name}, after {seconds} s."),
    _("Offered to {name}."),
    _("From {name}."),
    _("{agent} asked {seconds} s before."),
    _("{name} did not get through to {agent}."),
    _("A second factor of {name}."),
    _("A link by which {name} chooses a password, good once."),
)
# In one of these stands no word, so that what a person wrote is not taken for it.
_NUMBERS: Final = {"time": r"[\d:]+", "seconds": r"\d+"}
_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+")
_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")


def translated(kept: str) -> str:
    """Return a kept sentence, or several, in the reader's words; what nobody has translated as it is."""
    if not kept:
        return ""
    whole = _one(kept)
    if whole != kept:
        return whole
    return " ".join(_one(one) for one in _SENTENCES.split(kept))


def translated_list(kept: str) -> str:
    """Return several kept clauses, separated by commas, in the reader's words."""
    return ", ".join(_one(one) for one in kept.split(", "))


def _one(kept: str) -> str:
    if (said := gettext(kept)) != kept:
        return said
    for form, pattern in _patterns():
        if found := pattern.fullmatch(kept):
            return gettext(form).format(**{place: gettext(text) for place, text in found.groupdict().items() if text})
    action, colon, rest = kept.partition(": ")
    return f"{gettext(action)}: {gettext(rest)}" if colon and action and rest else kept


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((form, re.compile(_PLACE.sub(_place, re.escape(form)))) for form in WITH_PLACES)


def _place(found: re.Match[str]) -> str:
    return f"(?P<{found[1]}>{_NUMBERS.get(found[1], '.+')})"
