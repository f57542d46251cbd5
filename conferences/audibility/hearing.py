"""Whether one party hears another: a few rules, each of which can rule it out or leave it open."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from conferences.audibility.parties import Party, only_listens


class Hearing(enum.Enum):
    """YES and NO are certain, given what is known; everything else is UNKNOWN."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


NO, UNKNOWN, YES = Hearing.NO, Hearing.UNKNOWN, Hearing.YES
Rule = Callable[[Party, Party], Hearing]
"""From listener and speaker to what this rule alone has to say: NO forbids, YES merely does not object."""


def hears(listener: Party, speaker: Party, *, running: bool | None = True) -> Hearing:
    """Return whether the listener hears the speaker: YES if every rule agrees, NO if any forbids it, otherwise UNKNOWN.

    running: False once the conference has ended. One that has not started is running with everybody on hold, which is
    how the provider lists it (Telnyx docs: Create conference). Nobody hears themselves.
    """
    if listener.key == speaker.key:
        return NO
    return _all_of([_certain(running), *(rule(listener, speaker) for rule in RULES)])


def after_hold(listener: Party, speaker: Party, *, running: bool | None = True) -> Hearing:
    """Return the same as of when neither is on hold any more, which may be at any moment and is not announced."""
    return hears(replace(listener, on_hold=False), replace(speaker, on_hold=False), running=running)


def both_are_in(listener: Party, speaker: Party) -> Hearing:
    """Say that only those who have joined, on a leg that was answered, hear and are heard."""
    return _all_of([_is_in(listener), _is_in(speaker)])


def neither_is_on_hold(listener: Party, speaker: Party) -> Hearing:
    """Rule out who is on hold, as listener and as speaker.

    They hear the hold music instead and are not heard (Telnyx docs: Hold conference participants).
    """
    return _all_of([_off_hold(listener), _off_hold(speaker)])


def neither_phone_is_on_hold(listener: Party, speaker: Party) -> Hearing:
    """Doubt who is at a phone with a hold of its own (Telnyx docs: Dial, call.hold), and never rule them out.

    No list shows it, so a lost call.unhold would go unnoticed; and a hold by command may be announced as call.hold as
    well (undocumented), with nothing to take it back when the leg leaves and joins again.
    """
    return _all_of([_off_phone_hold(listener), _off_phone_hold(speaker)])


def can_speak(_listener: Party, speaker: Party) -> Hearing:
    """Rule out who is listed as muted, and who monitors, as a speaker (Telnyx docs: Join a conference, roles).

    Unless somebody unmutes them: whether that lifts a monitor is not documented, nor whether a monitor is listed as
    muted at all. So only a monitor listed as muted is certain. After a role change whose answer was lost even that
    proves nothing: it may have been read from a monitor who barges now.
    """
    if not speaker.role_known:
        return UNKNOWN
    return _unanimous(_voice_in(role, speaker) for role in speaker.roles)


def _voice_in(role: str, speaker: Party) -> Hearing:
    if speaker.muted:
        return NO
    return UNKNOWN if speaker.muted is None or only_listens(role, speaker.targets) else YES


def addresses(listener: Party, speaker: Party) -> Hearing:
    """Let a whisper reach its targets, any other voice everybody (Telnyx docs: Join a conference, supervisor_role).

    Whether one whisperer hears another is not documented.
    """
    return _unanimous(_addresses_in(role, listener, speaker) for role in speaker.roles)


def _addresses_in(role: str, listener: Party, speaker: Party) -> Hearing:
    if not _whispers(role, speaker) or listener.key in speaker.targets:
        return YES
    return UNKNOWN if "whisper" in listener.roles else NO


RULES: Final[tuple[Rule, ...]] = (both_are_in, neither_is_on_hold, neither_phone_is_on_hold, can_speak, addresses)


def _whispers(role: str, speaker: Party) -> bool:
    return role == "whisper" and bool(speaker.targets)


def _is_in(party: Party) -> Hearing:
    return _certain(party.present)


def _off_hold(party: Party) -> Hearing:
    return UNKNOWN if party.on_hold is None else _certain(not party.on_hold)


def _off_phone_hold(party: Party) -> Hearing:
    return YES if party.phone_hold is False else UNKNOWN


def _certain(fact: bool | None) -> Hearing:
    return UNKNOWN if fact is None else YES if fact else NO


def _all_of(answers: Iterable[Hearing]) -> Hearing:
    """All of them must hold: one NO decides, else one UNKNOWN."""
    given = set(answers)
    return NO if NO in given else UNKNOWN if UNKNOWN in given else YES


def _unanimous(answers: Iterable[Hearing]) -> Hearing:
    """One of them holds, nobody knows which: certain only where it makes no difference."""
    given = set(answers)
    return given.pop() if len(given) == 1 else UNKNOWN
