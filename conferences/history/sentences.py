"""Who heard whom at a moment, in sentences about others; as much as the matrix says, and never more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy as n_

from conferences.audibility import Hearing, Party, Reach, hears, reach
from conferences.history.record import Then
from conferences.wording import lists

# What {name}, a supervisor, did.
MODES: Final = {
    "monitor": _("{name} monitored."),
    "whisper": _("{name} whispered."),
    "barge": _("{name} barged in."),
    "none": _("{name} took part."),
}
SUPERVISOR: Final = "supervisor"
NOBODY_HELD: Final = n_(
    "Nobody heard {name}: {held} was on hold.",
    "Nobody heard {name}: {held} were on hold.",
)
DID_NOT_HELD: Final = n_(
    "{people} did not hear each other: {held} was on hold.",
    "{people} did not hear each other: {held} were on hold.",
)


def sentences(then: Then) -> tuple[str, ...]:
    """Return who heard whom: a sentence for each supervisor, then for the others among themselves."""
    if then.running is False:
        return (gettext("The call had ended."),)
    if not then.parties:
        return (gettext("Nobody was in the call."),)
    supervisors = [one for one in then.parties if one.kind == SUPERVISOR]
    others = [one for one in then.parties if one.kind != SUPERVISOR]
    return (*(_of_supervisor(one, then) for one in supervisors), *_among(others, then))


def heard(reached: Reach) -> str:
    """Say who heard the speaker. "Nobody heard" only if nobody did, and nobody may have."""
    name = reached.speaker.name
    certain, doubtful, held = reached.hears, reached.may_hear, reached.held + reached.held_may_hear
    if not certain and not doubtful:
        return _nobody(held, reached.speaker)
    if certain and not doubtful and not held and not reached.not_heard_by:
        everyone = gettext("Everyone heard {name}.") if len(certain) > 1 else gettext("{who} heard {name}.")
        return everyone.format(name=name, who=listed(certain))
    deaf = reached.not_heard_by + held
    after = [gettext("{who} did not.").format(who=listed(deaf))] if deaf else []
    if certain and not doubtful:
        return " ".join([gettext("Only {who} heard {name}.").format(who=listed(certain), name=name), *after])
    parts = [gettext("{who} heard {name}").format(who=listed(certain), name=name)] if certain else []
    may = gettext("{who} may have heard {name} ({why})")
    parts += [may.format(who=one.name, name=name, why=why(one, reached.speaker)) for one in doubtful]
    return " ".join([f"{'; '.join(parts)}.", *after])


def why(listener: Party, speaker: Party) -> str:
    """Return what is not known, so that nobody can say whether the listener heard the speaker."""
    return next(chain(_doubts(speaker, speaks=True), _doubts(listener, speaks=False)), gettext("not known"))


def _doubts(one: Party, *, speaks: bool) -> Iterator[str]:
    return (words.format(name=one.name) for words in _doubt_words(one, speaks=speaks))


def _doubt_words(one: Party, *, speaks: bool) -> Iterator[str]:
    if one.present is None:
        yield gettext("not known whether {name} was in the call")
    if speaks and not one.role_known:
        yield gettext("the mode of {name} was being changed") if one.changing else gettext("mode of {name} not known")
    if one.phone_hold is not False:
        yield gettext("the phone of {name} was on hold") if one.phone_hold else gettext("phone of {name} not known")
    if one.on_hold is None:
        yield gettext("not known whether {name} was on hold")
    if speaks and one.muted is None:
        yield gettext("not known whether {name} was muted")
    if len(one.roles) > 1:
        yield gettext("mode of {name} not known")


def listed(people: Iterable[Party | str]) -> str:
    """Return names as a sentence lists them, each once."""
    return lists.listed(list(dict.fromkeys(one if isinstance(one, str) else one.name for one in people)))


def _nobody(held: Sequence[Party], speaker: Party) -> str:
    if speaker.on_hold:
        return gettext("Nobody heard {name}: {name} was on hold.").format(name=speaker.name)
    if held:
        return str(NOBODY_HELD % len(held)).format(name=speaker.name, held=listed(held))
    return gettext("Nobody heard {name}.").format(name=speaker.name)


def _of_supervisor(one: Party, then: Then) -> str:
    return f"{_did(one, then)} {heard(reach(then.parties, one.key, running=then.running))}"


def _did(one: Party, then: Then) -> str:
    names = {each.key: each.name for each in then.parties}
    targets = [names[key] for key in sorted(one.targets) if key in names]
    if not one.role_known or one.present is None:
        said = gettext("{name} may have been in the call, mode not certain.")
    elif one.role == "whisper" and targets:
        said = gettext("{name} whispered to {targets}.")
    else:
        said = gettext(MODES[one.role]) if one.role in MODES else gettext("{name} was in the call.")
    return said.format(name=one.name, targets=listed(targets) if targets else "")


def _among(people: Sequence[Party], then: Then) -> list[str]:
    """What is to be said of those who are no supervisors, each of whom speaks to the others."""
    if not people:
        return [gettext("Nobody else was in the call.")]
    if len(people) == 1:
        return [gettext("{name} was in the call with nobody to talk to.").format(name=people[0].name)]
    pairs = [hears(one, other, running=then.running) for one in people for other in people if one is not other]
    if set(pairs) == {Hearing.YES}:
        return [gettext("{people} heard each other.").format(people=listed(people))]
    if set(pairs) == {Hearing.NO}:
        return [_deaf_to_each_other(people)]
    return [heard(reach(people, one.key, running=then.running)) for one in people]


def _deaf_to_each_other(people: Sequence[Party]) -> str:
    held = [one for one in people if one.on_hold]
    if held:
        return str(DID_NOT_HELD % len(held)).format(people=listed(people), held=listed(held))
    return gettext("{people} did not hear each other.").format(people=listed(people))
