"""To know more never turns a certainty around, and to be quieter never makes anybody heard by more."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from conferences.audibility import Hearing, Party, hears

NO, UNKNOWN, YES = Hearing.NO, Hearing.UNKNOWN, Hearing.YES
unhurried = settings(deadline=None)
maybe = st.sampled_from((None, True, False))
people = st.builds(
    Party,
    key=st.sampled_from(("ana", "you")),
    name=st.just("Ana"),
    kind=st.sampled_from(("agent", "customer", "supervisor", "unknown")),
    role=st.sampled_from(("", "none", "monitor", "whisper", "barge")),
    targets=st.sampled_from((frozenset(), frozenset({"ana"}), frozenset({"you"}), frozenset({"luis"}))),
    muted=maybe,
    on_hold=maybe,
    phone_hold=maybe,
    present=maybe,
    role_known=st.booleans(),
)
listeners, speakers = people.map(lambda one: replace(one, key="ana")), people.map(lambda one: replace(one, key="you"))


def learn(one, more):
    """The same person with everything known that was not, as `more` has it."""
    known = {name: getattr(more, name) for name in ("muted", "on_hold", "present") if getattr(one, name) is None}
    if one.phone_hold is None:
        known["phone_hold"] = more.phone_hold
    if not one.role_known:
        known |= {"role": more.role, "targets": more.targets, "role_known": True}
    if one.kind == "unknown" and not one.role:
        known["kind"] = more.kind
    return replace(one, **known)


@unhurried
@given(st.tuples(listeners, speakers), st.tuples(listeners, speakers), maybe, st.booleans())
def test_learning_more_never_turns_a_certainty_around(known, more, running, goes_on):
    before = hears(*known, running=running)
    learnt = [learn(one, more_of_one) for one, more_of_one in zip(known, more, strict=True)]
    after = hears(*learnt, running=goes_on if running is None else running)
    assert before in (UNKNOWN, after)


@unhurried
@given(listeners, speakers)
def test_mute_hold_and_absence_silence_a_known_role(listener, speaker):
    known = replace(speaker, role_known=True)
    for silence in ({"muted": True}, {"on_hold": True}, {"present": False}):
        assert hears(listener, replace(known, **silence)) is NO


@unhurried
@given(listeners, speakers, st.booleans())
def test_whisper_is_heard_by_no_more_than_a_barge(listener, speaker, to_her):
    target = frozenset({listener.key if to_her else "luis"})
    whisper = replace(speaker, role_known=True, role="whisper", targets=target)
    barge = replace(whisper, role="barge", targets=frozenset())
    loudness = [NO, UNKNOWN, YES]
    assert loudness.index(hears(listener, whisper)) <= loudness.index(hears(listener, barge))
