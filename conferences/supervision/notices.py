"""What a supervisor is told beside her mode: kept as what happened, put into words by how things are now.

A notice is three columns of her supervision: `notice_kind`, the legs it is about, and the sentence of the moment. Each
function that makes one returns the columns to set; `worded` adds the sentence where it is about legs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from conferences.models import Leg, Supervision
from conferences.wording import notices as wording
from conferences.wording.lists import first_of
from conferences.wording.translated import translated

Columns = dict[str, object]
Kind = Supervision.Notice

MOST_NAMES: Final = 3
MAY_RING: Final = _("It is not certain whether your phone will ring. If it does, you may answer. Looking…")
NONE: Final[Mapping[str, object]] = {"notice": "", "notice_kind": "", "notice_legs": {}}


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as it is to be read now; `whisper_to` are the legs to offer a whisper to."""

    sentence: str
    whisper_to: tuple[str, ...] = ()


def said(sentence: str) -> Columns:
    """Keep a sentence that stays true: a refusal, or what was done."""
    return _columns(sentence, Kind.SAID) if sentence else dict(NONE)


def clear_unknown_notice(supervision: Supervision) -> Columns:
    """Return what to set once it is known what came of a command: a sentence that nobody knows is true no longer."""
    return dict(NONE) if supervision.has_open_notice else {}


def worded(columns: Mapping[str, object]) -> Columns:
    """Return columns with the sentence of a notice that is about legs, by the names they have now."""
    put_into_words = _IN_WORDS.get(columns.get("notice_kind"))
    if put_into_words is None or columns.get("notice"):
        return dict(columns)
    return {**columns, "notice": put_into_words(columns["notice_legs"])}


def uncertain(sentence: str) -> Columns:
    """Keep that nobody knows what came of a command."""
    return _columns(sentence, Kind.UNCERTAIN)


def still_muted(before: str = "") -> Columns:
    """Keep that she could not be unmuted, after a sentence that says why."""
    return _columns(f"{before} {wording.STILL_MUTED}".strip(), Kind.STILL_MUTED)


def left(gone: Iterable[str], kept: Iterable[str], present: Iterable[str]) -> Columns:
    """Keep which of a whisper's targets left the call and whom it still goes to; `present` are all agents in it now.

    All are call_control_ids. Whether those hear it is not said: somebody may be on hold.
    """
    legs = {"gone": sorted(gone), "kept": sorted(kept), "present": sorted(present)}
    return _columns("", Kind.TARGETS_LEFT, legs)


def joined(new: Iterable[str], present: Iterable[str]) -> Columns:
    """Keep which agents joined and do not hear a whisper; `present` are the agents' legs that were there before."""
    legs = {"new": sorted(new), "present": sorted(present)}
    return _columns("", Kind.AGENTS_JOINED, legs)


def now(supervision: Supervision, agents: Collection[str]) -> Shown | None:
    """Return the notice as it is to be read now, `agents` being the agents' legs in the call; None when it is over."""
    legs = supervision.notice_legs
    if supervision.is_between and supervision.notice_kind in (Kind.TARGETS_LEFT, Kind.AGENTS_JOINED):
        return None
    if supervision.notice_kind == Kind.TARGETS_LEFT:
        return _still_left(supervision, legs, agents)
    if supervision.notice_kind == Kind.AGENTS_JOINED:
        waiting = [one for one in legs["new"] if one in supervision.newcomers and one in agents]
        return Shown(_joined(waiting, legs["present"])) if waiting else None
    if supervision.notice_kind == Kind.UNCERTAIN and supervision.state == Supervision.State.DIALLING:
        return Shown(gettext(MAY_RING))
    return Shown(translated(supervision.notice)) if supervision.notice else None


def _still_left(supervision: Supervision, legs: Mapping[str, list[str]], agents: Collection[str]) -> Shown | None:
    """It is over when her mode is another, one of them is back or, with none of them left, somebody joins."""
    is_back = bool(set(legs["gone"]) & set(agents))
    if is_back or sorted(supervision.requested_targets) != legs["kept"] or supervision.ended_at is not None:
        return None
    if legs["kept"]:
        return Shown(_left(legs))
    is_so = supervision.requested_role == Supervision.Role.MONITOR and set(agents) <= set(legs["present"])
    return Shown(_left(legs), tuple(sorted(agents))) if is_so else None


def _left(legs: Mapping[str, list[str]]) -> str:
    names, still = _names(legs["gone"]), _names(legs["kept"])
    if still:
        said = gettext("{gone} left the call. You still whisper to {kept}.")
    else:
        said = gettext("{gone} left the call. Nobody else heard your whisper, so now you only listen.")
    return said.format(gone=listed(names), kept=listed(still))


def _joined(new: Iterable[str], present: Iterable[str]) -> str:
    names, already = _names(new), set(_names(present))
    again = [name for name in names if name in already]
    fresh = [name for name in names if name not in already]
    told = []
    if fresh:
        said = ngettext(
            "{names} joined the call and does not hear you.",
            "{names} joined the call and do not hear you.",
            len(fresh),
        )
        told.append(said.format(names=listed(fresh)))
    told += [gettext("{name} joined with another phone, which does not hear you.").format(name=name) for name in again]
    return " ".join(told)


_IN_WORDS: Final[Mapping[object, Callable[[Any], str]]] = {
    Kind.TARGETS_LEFT: _left,
    Kind.AGENTS_JOINED: lambda legs: _joined(legs["new"], legs["present"]),
}


def _columns(sentence: str, kind: Kind, legs: Mapping[str, list[str]] | None = None) -> Columns:
    return {"notice": sentence, "notice_kind": kind, "notice_legs": dict(legs or {})}


def _names(legs: Iterable[str]) -> list[str]:
    found = Leg.objects.filter(call_control_id__in=list(legs)).select_related("agent")
    return sorted({one.agent.name if one.agent else gettext("An agent") for one in found})


def listed(names: Collection[str]) -> str:
    """Return names as a sentence lists them; of many the first ones and how many more."""
    return first_of([*names], MOST_NAMES)
