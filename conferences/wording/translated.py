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
    _("Why: {reason}"),
    _("{agent} asks for help, by {way}."),
    _("{agent}: until {time} UTC"),
    _("{agent}: {help_end}, {seconds} s after asking."),
    _("{name} to {other}: {hand_end}."),
    # What it notes of what is kept, and of who may do what.
    _("{count} times within an hour."),
    _("{count} entries of the release before were chained."),
    _("The entries up to {count}, the last of {day}, have been kept for their time."),
    _("From a file, of which the plan has the digest {digest}."),
    _("{count} entries. On request: {person}. {reason}"),
    _("{count} entries. On request: {person}."),
    _("{person}: legs {count}, facts {facts}, entries {entries}. {reason}"),
    _("{person}: legs {count}, facts {facts}, entries {entries}."),
    _("the queue {queue} for the team {team}"),
    _("the agent {agent} for the team {team}"),
    _("the phone {address} for {name}"),
    _("the group {group} for {name}"),
    _("the team {team} for {name}"),
    _("the queue {queue} for {name}"),
)
# How an agent asks for help.
_WAYS: Final = (_("the center's system"), _("keys pressed on the phone"), _("a SIP header"))
# How a request for help and an offer to hand over end.
_HELP_ENDS: Final = (_("answered"), _("closed by a supervisor"), _("withdrawn"), _("the agent left the call"))
_HAND_ENDS: Final = (
    _("taken over"),
    _("declined"),
    _("not answered in time"),
    _("taken back"),
    _("accepted, and did not get into the call"),
    _("the offering one was out of the call first"),
)
# Kept whole.
_WHOLE: Final = (_("The whole audit."),)
# In one of these stands no word, or one of ours, so that what a person wrote is not taken for it.
_LIMITED: Final = {
    "time": r"[\d:]+",
    "seconds": r"\d+",
    "day": r"[\d-]+",
    "digest": r"[0-9a-f]+",
    **dict.fromkeys(("count", "facts", "entries"), r"\d+"),
    "way": "|".join(_WAYS),
    "help_end": "|".join(_HELP_ENDS),
    "hand_end": "|".join(_HAND_ENDS),
}
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
    return f"(?P<{found[1]}>{_LIMITED.get(found[1], '.+')})"
