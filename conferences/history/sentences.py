"""Who heard whom at a moment, in sentences about others; as much as the matrix says, and never more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from conferences.audibility import Hearing, Party, Reach, hears, reach
from conferences.history.record import Then

MODES: Final = {"monitor": "monitored", "whisper": "whispered", "barge": "barged in", "none": "took part"}
SUPERVISOR: Final = "supervisor"


def sentences(then: Then) -> tuple[str, ...]:
    """Return who heard whom: a sentence for each supervisor, then for the others among themselves."""
    if then.running is False:
        return ("The call had ended.",)
    if not then.parties:
        return ("Nobody was in the call.",)
    supervisors = [one for one in then.parties if one.kind == SUPERVISOR]
    others = [one for one in then.parties if one.kind != SUPERVISOR]
    return (*(_of_supervisor(one, then) for one in supervisors), *_among(others, then))


def heard(reached: Reach) -> str:
    """Say who heard the speaker. "Nobody heard" only if nobody did, and nobody may have."""
    name = reached.speaker.name
    certain, doubtful, held = reached.hears, reached.may_hear, reached.held + reached.held_may_hear
    if not certain and not doubtful:
        return f"Nobody heard {name}{_hold(held, reached.speaker)}."
    if certain and not doubtful and not held and not reached.not_heard_by:
        return f"Everyone heard {name}." if len(certain) > 1 else f"{listed(certain)} heard {name}."
    only = "Only " if certain and not doubtful else ""
    parts = [f"{only}{listed(certain)} heard {name}"] if certain else []
    parts += [f"{listed([one])} may have heard {name} ({why(one, reached.speaker)})" for one in doubtful]
    deaf = reached.not_heard_by + held
    return f"{'; '.join(parts)}." + (f" {listed(deaf)} did not." if deaf else "")


def why(listener: Party, speaker: Party) -> str:
    """Return what is not known, so that nobody can say whether the listener heard the speaker."""
    return next(chain(_doubts(speaker, speaks=True), _doubts(listener, speaks=False)), "not known")


def _doubts(one: Party, *, speaks: bool) -> Iterator[str]:
    if one.present is None:
        yield f"not known whether {one.name} was in the call"
    if speaks and not one.role_known:
        yield f"the mode of {one.name} was being changed" if one.changing else f"mode of {one.name} not known"
    if one.phone_hold is not False:
        yield f"the phone of {one.name} was on hold" if one.phone_hold else f"phone of {one.name} not known"
    if one.on_hold is None:
        yield f"not known whether {one.name} was on hold"
    if speaks and one.muted is None:
        yield f"not known whether {one.name} was muted"
    if len(one.roles) > 1:
        yield f"mode of {one.name} not known"


def listed(people: Iterable[Party | str]) -> str:
    """Return names as a sentence lists them: "Ana", "Ana and Luis", "Ana, Luis and Chen"."""
    names = dict.fromkeys(one if isinstance(one, str) else one.name for one in people)
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _hold(held: Sequence[Party], speaker: Party) -> str:
    if speaker.on_hold:
        return f": {speaker.name} was on hold"
    return f": {listed(held)} {'was' if len(held) == 1 else 'were'} on hold" if held else ""


def _of_supervisor(one: Party, then: Then) -> str:
    names = {each.key: each.name for each in then.parties}
    targets = [names[key] for key in sorted(one.targets) if key in names]
    known = one.role_known and one.present is not None
    did = MODES.get(one.role, "was in the call") if known else "may have been in the call, mode not certain"
    to = f" to {listed(targets)}" if known and one.role == "whisper" and targets else ""
    return f"{one.name} {did}{to}. {heard(reach(then.parties, one.key, running=then.running))}"


def _among(people: Sequence[Party], then: Then) -> list[str]:
    """What is to be said of those who are no supervisors, each of whom speaks to the others."""
    if not people:
        return ["Nobody else was in the call."]
    if len(people) == 1:
        return [f"{people[0].name} was in the call with nobody to talk to."]
    pairs = [hears(one, other, running=then.running) for one in people for other in people if one is not other]
    if set(pairs) == {Hearing.YES}:
        return [f"{listed(people)} heard each other."]
    if set(pairs) == {Hearing.NO}:
        return [f"{listed(people)} did not hear each other{_why_not(people)}."]
    return [heard(reach(people, one.key, running=then.running)) for one in people]


def _why_not(people: Sequence[Party]) -> str:
    held = [one for one in people if one.on_hold]
    return _hold(held, Party("", "", ""))
