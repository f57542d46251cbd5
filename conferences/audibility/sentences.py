"""Who hears you, as a sentence with names: as much as the matrix says, and never more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from conferences.audibility.parties import Party
from conferences.audibility.reach import Reach
from conferences.audibility.uncertainty import doubt


def sentence(reach: Reach, mode: str, *, later: bool = False) -> str:
    """Say who hears you, the speaker of `reach`, in `mode` (monitor, whisper or barge); `later`: who will hear you.

    "Nobody hears you" only if nobody does, nobody may, and nobody will once a hold ends.
    """
    verbs = LATER if later else NOW
    if not reach.ears:
        return f"Nobody {verbs.hear[0]} you{_reason(reach, mode, verbs)}."
    if reach.speaker.on_hold:
        return _while_you_are_held(reach, verbs)
    if mode != "whisper" and _is_one_group(reach):
        return _everyone(reach, verbs)
    return " ".join([part for part in (_hearers(reach, verbs), _others(reach, verbs), _held(reach, verbs)) if part])


IN_GENERAL: Final = {
    "monitor": "Nobody hears you.",
    "whisper": "Only the agents you tick hear you.",
    "barge": "Everyone in the call hears you.",
}


def in_general(mode: str) -> str:
    """Say who hears a supervisor in monitor, whisper or barge, whatever the call. Raises KeyError for another mode."""
    return IN_GENERAL[mode]


@dataclass(frozen=True, slots=True)
class Verbs:
    """Hearing and not hearing, of one person and of several; and being."""

    hear: tuple[str, str]
    deaf: tuple[str, str]
    are: str


NOW: Final = Verbs(("hears", "hear"), ("does not", "do not"), "are")
LATER: Final = Verbs(("will hear", "will hear"), ("will not", "will not"), "will be")


def _reason(reach: Reach, mode: str, verbs: Verbs) -> str:
    """What to add to "Nobody hears you" where the mode alone does not explain it."""
    you = reach.speaker
    if reach.running is False:
        return ": the call has ended"
    if you.present is False:
        return ": you are not in the call"
    if you.on_hold or mode == "monitor":
        return f": you {verbs.are} on hold, and hear nothing" if you.on_hold else ""
    if mode == "whisper" and not you.targets & {one.key for one in reach.not_heard_by}:
        return ": no agent you whisper to is in the call"
    if not reach.not_heard_by:
        return ": nobody else is in the call"
    return f": you {verbs.are} muted" if you.muted else ""


def _while_you_are_held(reach: Reach, verbs: Verbs) -> str:
    said = f"You {verbs.are} on hold: you hear nothing, and nobody {verbs.hear[0]} you."
    said += f" {_listed(reach.ears)} may hear you when you are taken off."
    return f"{said} {_deaf(reach.not_heard_by, NOW)} hear you." if reach.not_heard_by else said


def _is_one_group(reach: Reach) -> bool:
    """Whether all hear you, or several may for one and the same reason: then nobody needs to be named apart."""
    if reach.not_heard_by or reach.held or reach.held_may_hear:
        return False
    return not reach.may_hear or (not reach.hears and len(reach.may_hear) > 1 and len(_by_doubt(reach)) == 1)


def _everyone(reach: Reach, verbs: Verbs) -> str:
    outsiders = [one for one in reach.ears if one.kind not in ("agent", "supervisor")]
    including = f", including {_listed(outsiders)}" if outsiders else ""
    if reach.hears:
        return f"Everyone {verbs.hear[0]} you{including}."
    return f"Everyone may hear you{including} ({next(iter(_by_doubt(reach)))})."


def _hearers(reach: Reach, verbs: Verbs) -> str:
    certain = f"{_listed(reach.hears)} {_verb(reach.hears, *verbs.hear)} you" if reach.hears else ""
    if certain and len(reach.ears) == len(reach.hears):
        return f"Only {certain}."
    doubtful = [f"{_listed(people)} may hear you ({why})" for why, people in _by_doubt(reach).items()]
    clauses = [clause for clause in (certain, *doubtful) if clause]
    return f"{'; '.join(clauses)}." if clauses else ""


def _by_doubt(reach: Reach) -> dict[str, list[Party]]:
    grouped: dict[str, list[Party]] = {}
    for one in reach.may_hear:
        grouped.setdefault(doubt(one, reach.speaker, running=reach.running), []).append(one)
    return grouped


def _others(reach: Reach, verbs: Verbs) -> str:
    """Those who do not hear you, after those who do or may; after people on hold only, see _held."""
    if not reach.not_heard_by or not (reach.hears or reach.may_hear):
        return ""
    return f"{_deaf(reach.not_heard_by, verbs)}."


def _held(reach: Reach, verbs: Verbs) -> str:
    said = [
        f"{_listed(people)} {_verb(people, 'is', 'are')} on hold and {verb} hear you when taken off."
        for people, verb in ((reach.held, "will"), (reach.held_may_hear, "may"))
        if people
    ]
    if said and not reach.hears and not reach.may_hear:
        said.append(f"Nobody else {verbs.hear[0]} you.")
    return " ".join(said)


def _deaf(people: Sequence[Party], verbs: Verbs) -> str:
    return f"{_listed(people)} {_verb(people, *verbs.deaf)}"


def _verb(people: Iterable[Party], one: str, several: str) -> str:
    return one if len({each.name for each in people}) == 1 else several


def _listed(people: Iterable[Party]) -> str:
    """Names as a sentence lists them: "Ana", "Ana and Luis", "Ana (2 legs), Luis and Chen"."""
    legs = Counter(one.name for one in people)
    *most, last = [name if count == 1 else f"{name} ({count} legs)" for name, count in legs.items()]
    return f"{', '.join(most)} and {last}" if most else last
