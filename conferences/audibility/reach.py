"""How far one voice carries: who hears it, who may, who does not, and who will once taken off hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conferences.audibility.hearing import Hearing, after_hold, hears
from conferences.audibility.parties import Party


@dataclass(frozen=True, slots=True)
class Reach:
    """Everybody else who is or may be in the conference, each in exactly one group, in the order given.

    held and held_may_hear: nobody hears across a hold, but theirs or the speaker's may end at any moment; then they
    will, or may, hear the speaker.
    """

    speaker: Party
    hears: tuple[Party, ...] = ()
    may_hear: tuple[Party, ...] = ()
    not_heard_by: tuple[Party, ...] = ()
    held: tuple[Party, ...] = ()
    held_may_hear: tuple[Party, ...] = ()
    running: bool | None = True

    @property
    def ears(self) -> tuple[Party, ...]:
        """Everybody who hears the speaker, may do so, or will or may once a hold ends; empty: nobody, for certain."""
        return self.hears + self.may_hear + self.held + self.held_may_hear


def reach(parties: Iterable[Party], speaker_key: str, *, running: bool | None = True) -> Reach:
    """Return how far the speaker's voice carries among the parties; who has left is in no group. Raises KeyError."""
    people = {one.key: one for one in parties}
    speaker = people.pop(speaker_key)
    groups: dict[str, list[Party]] = {}
    for one in people.values():
        if one.present is not False:
            groups.setdefault(_group(one, speaker, running), []).append(one)
    return Reach(speaker, running=running, **{group: tuple(members) for group, members in groups.items()})


def _group(listener: Party, speaker: Party, running: bool | None) -> str:
    now = hears(listener, speaker, running=running)
    if now is not Hearing.NO:
        return "hears" if now is Hearing.YES else "may_hear"
    later = after_hold(listener, speaker, running=running)
    return {Hearing.YES: "held", Hearing.UNKNOWN: "held_may_hear", Hearing.NO: "not_heard_by"}[later]
