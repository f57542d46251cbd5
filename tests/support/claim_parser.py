"""What a sentence on the screen claims of who hears a supervisor, by name, and whether that is so.

A reader takes "Only Ana hears you" for "nobody but Ana does", and so do we. Each name stands for as many legs as the
sentence gives it, so that two legs of one person are two listeners. A clause of a sentence that is not
understood is an error: no claim in it goes unread. Of a notice only what speaks of hearing is read.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

HEAR = "(?:hears?|will hear)"
CLAUSES = {
    "uncertain": r"You may be heard|Telnyx is being asked to confirm that you are muted",
    "nobody": rf"Nobody {HEAR} you( yet)?(: .+)?",
    "nobody else": rf"Nobody else {HEAR} you",
    "you are held": rf"You (are|will be) on hold: you hear nothing, and nobody {HEAR} you",
    "held": r"(?P<who>.+?) (may hear you when you are|(is|are) on hold and (will|may) hear you when) taken off",
    "deaf": r"(?P<who>.+?) (does|do|will) not( hear you)?",
    "everyone": rf"Everyone {HEAR} you(, including .+)?",
    "everyone may": r"Everyone may hear you(, including .+?)? \(.+\)",
    "only": rf"Only (?P<who>.+?) {HEAR} you",
    "may": r"(?P<who>.+?) may hear you \(.+\)",
    "hears": rf"(?P<who>.+?) {HEAR} you",
}


@dataclass
class Claims:
    """What was said. `most` is set where nobody else than those in it is said to hear."""

    text: str
    hears: Counter[str] = field(default_factory=Counter)
    deaf: Counter[str] = field(default_factory=Counter)
    may: Counter[str] = field(default_factory=Counter)
    most: Counter[str] | None = None
    everyone: bool = False
    everyone_may: bool = False
    is_preview: bool = False  # said of one who is not in the call yet, as far as the screen knows

    def without_hearers(self) -> Claims:
        """The same without what it says of who does hear: a preview says that of later."""
        return replace(self, hears=Counter(), everyone=False)

    def uncertain_of(self, told: Counter[str], listed: Counter[str]) -> list[str]:
        """Those who are only said to hear perhaps, although of so many legs of theirs it is told whether they do."""
        may = listed if self.everyone_may else self.may
        return [name for name, legs in told.items() if may[name] > listed[name] - legs]

    def lies(self, listed: Counter[str], ears: Counter[str], loud: Counter[str]) -> list[str]:
        """What is wrong with it, given who stands on the screen, who hears for certain and who hears at most."""
        found = []
        for name, legs in ears.items():
            if self.most is not None and legs > self.most[name]:
                found.append(f"{name} hears, who is not among those said to")
            if self.deaf[name] and legs > listed[name] - self.deaf[name]:
                found.append(f"{name} hears, who is said not to")
        said = listed if self.everyone else self.hears
        return found + [f"{name} does not hear, who is said to" for name in said if loud[name] < said[name]]


def read(text: str) -> Claims:
    """Read a sentence of `conferences.wording.hearing`."""
    claims = Claims(text)
    for clause in re.split(r"(?<=\.) |; ", text):
        _take(claims, clause.removesuffix("."))
    return claims


def out_of_the_call(text: str) -> Claims:
    """What is claimed by saying that the supervisor is in no call: nobody hears."""
    return Claims(text, most=Counter())


def notice(text: str) -> Claims:
    """Read what of a notice speaks of who hears."""
    claims = Claims(text)
    if text.endswith("so now you only listen."):
        claims.most = Counter()
    if match := re.search(r"^(.+) joined the call and (does|do) not hear you\.", text):
        claims.deaf = names(match[1])
    return claims


def names(listed: str) -> Counter[str]:
    """Count the legs of each name in "Ana", "Ana and Luis" or "Ana (2 legs), Luis and Chen"."""
    legs: Counter[str] = Counter()
    for one in re.split(r", | and ", listed):
        match = re.fullmatch(r"(.+) \((\d+) legs\)", one)
        legs[match[1] if match else one] += int(match[2]) if match else 1
    return legs


def _take(claims: Claims, clause: str) -> None:
    for kind, pattern in CLAUSES.items():
        if match := re.fullmatch(pattern, clause):
            who = match.groupdict().get("who")
            _note(claims, kind, names(who) if who else Counter())
            return
    raise AssertionError(f"not understood: {clause!r} in {claims.text!r}")


def _note(claims: Claims, kind: str, who: Counter[str]) -> None:
    if kind in ("nobody", "nobody else", "you are held"):
        claims.most = Counter()
    elif kind == "uncertain":
        return
    elif kind == "only":
        claims.hears, claims.most = who, who
    elif kind in ("everyone", "everyone may"):
        claims.everyone, claims.everyone_may = kind == "everyone", kind == "everyone may"
    else:
        into = {"hears": claims.hears, "may": claims.may, "deaf": claims.deaf, "held": claims.deaf}[kind]
        into.update(who)
