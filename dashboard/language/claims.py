"""What the screen said of who hears whom, as it is on record in English, in the reader's words.

It is known again sentence by sentence. What is not known to its end is shown as it was kept, and never half of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import get_language, gettext, ngettext, override
from django.utils.translation import gettext_noop as _

from conferences.wording import hearing
from conferences.wording.lists import listed

# What stands for a name where nobody's is known.
_NOBODYS_OWN: Final = (_("Supervisor"), _("Unknown caller"), _("Number deleted"))
_LEGS: Final = re.compile(r"(?P<name>.+) \((?P<count>\d+) legs\)")
_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")
# What stands at a place: no other sentence, nor a part of one; in "Ana will hear you" nobody is called "Ana will".
_TOLD: Final = r"(?:(?!\b(?:(?:will|may|does not|do not) )?hears? you\b).)+?"
# Clauses follow each other up to the end of their sentence; all others are sentences.
_CLAUSES: Final = (*hearing.HEARS, hearing.MAY_HEAR)
_ENDS: Final = {True: r"(?P<end>; |\. |\.$)", False: r"(?P<end> |$)"}
_SENTENCES: Final = (
    *(one for forms in hearing.NOBODY.values() for one in forms),
    *(*hearing.HELD, hearing.ONCE_OFF, *hearing.EVERYONE, *hearing.EVERYONE_AND),
    *(hearing.EVERYONE_MAY, hearing.EVERYONE_MAY_AND, *hearing.NOBODY_ELSE),
    *(hearing.DEAF_AFTER, *hearing.ONLY, *hearing.DEAF, hearing.HELD_WILL, hearing.HELD_MAY),
)


@dataclass(frozen=True, slots=True)
class _Form:
    """A sentence or clause for one name and for several, and how it is known again in one of these."""

    one: str
    several: str
    is_of_one: bool
    pattern: re.Pattern[str]


def translated_claim(kept: str) -> str:
    """Return what the screen said of who hears a supervisor in the reader's words; else as it was kept."""
    if not kept or (get_language() or "en").startswith("en"):
        return kept
    return next(_read(kept), kept)


def _read(rest: str) -> Iterator[str]:
    """The ways to read what is left: a name may hold what ends a sentence, so that one way may lead nowhere."""
    for form in _forms():
        if found := form.pattern.match(rest):
            said, after = _said(form, found) + found["end"], rest[found.end() :]
            yield from (said + more for more in _read(after)) if after else (said,)


def _said(form: _Form, found: re.Match[str]) -> str:
    told = found.groupdict()
    names = re.split(r", | and ", told.get("who") or "")
    if form.is_of_one:
        names = [told.get("who") or ""]
    words = ngettext(form.one, form.several, len(names)) if form.several else gettext(form.one)
    why = told.get("why")
    return words.format(who=listed([_name(name) for name in names]), why=gettext(why) if why else "")


def _name(name: str) -> str:
    if found := _LEGS.fullmatch(name):
        count = int(found["count"])
        said = ngettext("{name} ({count} leg)", "{name} ({count} legs)", count)
        return said.format(name=_name(found["name"]), count=count)
    return gettext(name) if name in _NOBODYS_OWN else name


@cache
def _forms() -> tuple[_Form, ...]:
    with override("en"):  # as they are on record
        sentences = [form for one in _SENTENCES for form in _known(one, _ENDS[False])]
        return (*sentences, *(form for one in _CLAUSES for form in _known(one, _ENDS[True])))


def _known(form: object, end: str) -> list[_Form]:
    if isinstance(form, str):
        return [_Form(form, "", is_of_one=False, pattern=_pattern(form, end))]
    one, several = str(form % 1), str(form % 2)  # type: ignore[operator]
    if one == several:
        return [_Form(one, several, is_of_one=False, pattern=_pattern(one, end))]
    told = ((one, True), (several, False))
    return [_Form(one, several, is_of_one=of_one, pattern=_pattern(text, end)) for text, of_one in told]


def _pattern(form: str, end: str) -> re.Pattern[str]:
    # A name may have brackets of its own: a doubt is one of those that we have.
    told = {"why": "|".join(map(re.escape, hearing.DOUBTS.values()))}
    return re.compile(_PLACE.sub(lambda at: f"(?P<{at[1]}>{told.get(at[1], _TOLD)})", re.escape(form)) + end)
