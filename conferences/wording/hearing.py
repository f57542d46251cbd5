"""Who hears you, in sentences with names: as much as the matrix of `audibility` says, and never more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy as n_

from conferences.audibility import Party, Reach, doubt
from conferences.wording.lists import listed

# Each in two tenses: who hears you now, and who will. {who}: names; {why}: what is not known.
NOW, LATER = 0, 1
NOBODY: Final = {
    "": (_("Nobody hears you."), _("Nobody will hear you.")),
    "over": (_("Nobody hears you: the call has ended."), _("Nobody will hear you: the call has ended.")),
    "out": (_("Nobody hears you: you are not in the call."), _("Nobody will hear you: you are not in the call.")),
    "held": (
        _("Nobody hears you: you are on hold, and hear nothing."),
        _("Nobody will hear you: you will be on hold, and hear nothing."),
    ),
    "no_agent": (
        _("Nobody hears you: no agent you whisper to is in the call."),
        _("Nobody will hear you: no agent you whisper to is in the call."),
    ),
    "alone": (
        _("Nobody hears you: nobody else is in the call."),
        _("Nobody will hear you: nobody else is in the call."),
    ),
    "muted": (_("Nobody hears you: you are muted."), _("Nobody will hear you: you will be muted.")),
}
HELD: Final = (
    _("You are on hold: you hear nothing, and nobody hears you."),
    _("You will be on hold: you hear nothing, and nobody will hear you."),
)
ONCE_OFF: Final = _("{who} may hear you when you are taken off.")
DEAF_AFTER: Final = n_("{who} does not hear you.", "{who} do not hear you.")
EVERYONE: Final = (_("Everyone hears you."), _("Everyone will hear you."))
EVERYONE_AND: Final = (_("Everyone hears you, including {who}."), _("Everyone will hear you, including {who}."))
EVERYONE_MAY: Final = _("Everyone may hear you ({why}).")
EVERYONE_MAY_AND: Final = _("Everyone may hear you, including {who} ({why}).")
ONLY: Final = (
    n_("Only {who} hears you.", "Only {who} hear you."),
    n_("Only {who} will hear you.", "Only {who} will hear you."),
)
HEARS: Final = (
    n_("{who} hears you", "{who} hear you"),
    n_("{who} will hear you", "{who} will hear you"),
)
MAY_HEAR: Final = n_("{who} may hear you ({why})", "{who} may hear you ({why})")
DEAF: Final = (n_("{who} does not.", "{who} do not."), n_("{who} will not.", "{who} will not."))
HELD_WILL: Final = n_(
    "{who} is on hold and will hear you when taken off.", "{who} are on hold and will hear you when taken off."
)
HELD_MAY: Final = n_(
    "{who} is on hold and may hear you when taken off.", "{who} are on hold and may hear you when taken off."
)
NOBODY_ELSE: Final = (_("Nobody else hears you."), _("Nobody else will hear you."))
IN_GENERAL: Final = {
    "monitor": _("Nobody hears you."),
    "whisper": _("Only the agents you tick hear you."),
    "barge": _("Everyone in the call hears you."),
}
# By the kind of doubt that `audibility` gives.
DOUBTS: Final = {
    "running": _("not known whether the call goes on"),
    "you_joining": _("you are still joining"),
    "mode_changing": _("your mode is being changed"),
    "mode_unanswered": _("your change of mode has had no answer"),
    "other_mode": _("the provider shows another mode than yours"),
    "your_phone_held": _("your phone is on hold"),
    "your_phone": _("not known whether your phone is on hold"),
    "your_hold": _("not known whether you are on hold"),
    "your_mute": _("not known whether you are muted"),
    "not_muted": _("the provider does not show you as muted"),
    "they_joining": _("still joining"),
    "their_phone_held": _("phone on hold"),
    "their_phone": _("not known whether their phone is on hold"),
    "their_hold": _("not known whether on hold"),
    "whispering": _("also whispering"),
    "perhaps_whispering": _("may also be whispering"),
}


def sentence(reach: Reach, mode: str, *, later: bool = False) -> str:
    """Say who hears you, the speaker of `reach`, in `mode` (monitor, whisper or barge); `later`: who will hear you.

    "Nobody hears you" only if nobody does, nobody may, and nobody will once a hold ends.
    """
    tense = LATER if later else NOW
    if not reach.ears:
        return gettext(NOBODY[_why_nobody(reach, mode)][tense])
    if reach.speaker.on_hold:
        return _while_you_are_held(reach, tense)
    if mode != "whisper" and _is_one_group(reach):
        return _everyone(reach, tense)
    return " ".join(part for part in (_hearers(reach, tense), _others(reach, tense), _held(reach, tense)) if part)


def in_general(mode: str) -> str:
    """Say who hears a supervisor in monitor, whisper or barge, whatever the call. Raises KeyError for another mode."""
    return gettext(IN_GENERAL[mode])


def doubt_words(kind: str) -> str:
    """Say why nobody knows whether somebody hears you; empty where it is known."""
    return gettext(DOUBTS[kind]) if kind else ""


def _why_nobody(reach: Reach, mode: str) -> str:
    """What to add to "Nobody hears you" where the mode alone does not explain it."""
    you = reach.speaker
    if reach.running is False:
        return "over"
    if you.present is False:
        return "out"
    if you.on_hold or mode == "monitor":
        return "held" if you.on_hold else ""
    if mode == "whisper" and not you.targets & {one.key for one in reach.not_heard_by}:
        return "no_agent"
    if not reach.not_heard_by:
        return "alone"
    return "muted" if you.muted else ""


def _while_you_are_held(reach: Reach, tense: int) -> str:
    said = [gettext(HELD[tense]), gettext(ONCE_OFF).format(who=_names(reach.ears))]
    return " ".join([*said, *([_of(DEAF_AFTER, reach.not_heard_by)] if reach.not_heard_by else [])])


def _is_one_group(reach: Reach) -> bool:
    """Whether all hear you, or several may for one and the same reason: then nobody needs to be named apart."""
    if reach.not_heard_by or reach.held or reach.held_may_hear:
        return False
    return not reach.may_hear or (not reach.hears and len(reach.may_hear) > 1 and len(_by_doubt(reach)) == 1)


def _everyone(reach: Reach, tense: int) -> str:
    outsiders = _names([one for one in reach.ears if one.kind not in ("agent", "supervisor")])
    if reach.hears:
        return gettext((EVERYONE_AND if outsiders else EVERYONE)[tense]).format(who=outsiders)
    why = doubt_words(next(iter(_by_doubt(reach))))
    return gettext(EVERYONE_MAY_AND if outsiders else EVERYONE_MAY).format(who=outsiders, why=why)


def _hearers(reach: Reach, tense: int) -> str:
    if reach.hears and len(reach.ears) == len(reach.hears):
        return _of(ONLY[tense], reach.hears)
    certain = [_of(HEARS[tense], reach.hears)] if reach.hears else []
    doubtful = [_of(MAY_HEAR, people, why=doubt_words(why)) for why, people in _by_doubt(reach).items()]
    clauses = [*certain, *doubtful]
    return f"{'; '.join(clauses)}." if clauses else ""


def _by_doubt(reach: Reach) -> dict[str, list[Party]]:
    grouped: dict[str, list[Party]] = {}
    for one in reach.may_hear:
        grouped.setdefault(doubt(one, reach.speaker, running=reach.running), []).append(one)
    return grouped


def _others(reach: Reach, tense: int) -> str:
    """Those who do not hear you, after those who do or may; after people on hold only, see _held."""
    if not reach.not_heard_by or not (reach.hears or reach.may_hear):
        return ""
    return _of(DEAF[tense], reach.not_heard_by)


def _held(reach: Reach, tense: int) -> str:
    groups = ((reach.held, HELD_WILL), (reach.held_may_hear, HELD_MAY))
    said = [_of(form, people) for people, form in groups if people]
    if said and not reach.hears and not reach.may_hear:
        said.append(gettext(NOBODY_ELSE[tense]))
    return " ".join(said)


def _of(form: object, people: Iterable[Party], **places: str) -> str:
    """Fill a sentence about these people, in the number that their names have."""
    people = list(people)
    return str(form % len({one.name for one in people})).format(who=_names(people), **places)  # type: ignore[operator]


def _names(people: Iterable[Party]) -> str:
    """Names as a sentence lists them: "Ana", "Ana and Luis", "Ana (2 legs), Luis and Chen"."""
    legs = Counter(one.name for one in people)
    named = [one if count == 1 else _on_legs(one, count) for one, count in legs.items()]
    return listed(named)


def _on_legs(name: str, count: int) -> str:
    return ngettext("{name} ({count} leg)", "{name} ({count} legs)", count).format(name=name, count=count)
