"""Who hears you in words, in a table and in a picture: short, exact, and never more than is known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conferences.audibility import Arrow, Hearing, Node, Party, Row, graph, hears, reach, rows
from conferences.audibility.uncertainty import doubt
from conferences.wording.hearing import sentence


def party(name, kind="agent", **known):
    return Party(name.lower(), name, kind, **{"muted": False, "on_hold": False, **known})


CUSTOMER = Party("customer", "+34 600 ••12", "customer", muted=False, on_hold=False)
ANA, LUIS, CHEN = party("Ana"), party("Luis"), party("Chen")
MARTA = party("Marta", "supervisor", role="monitor", muted=True)


def you(role, *targets, **known):
    silent = role == "monitor" or (role == "whisper" and not targets)
    return party("You", "supervisor", role=role, targets=frozenset(targets), **{"muted": silent, **known})


MONITOR, BARGE = you("monitor"), you("barge")


def said(speaker, *others, running=True):
    return sentence(reach((*others, speaker), "you", running=running), speaker.role)


HELD = {"on_hold": True}


@pytest.mark.parametrize(
    ("speaker", "others", "words"),
    [
        # Nobody
        (MONITOR, (CUSTOMER, ANA, LUIS), "Nobody hears you."),
        (MONITOR, (), "Nobody hears you."),
        (MONITOR, (replace(CUSTOMER, on_hold=True), ANA), "Nobody hears you."),
        (BARGE, (), "Nobody hears you: nobody else is in the call."),
        (you("barge", muted=True), (CUSTOMER, ANA), "Nobody hears you: you are muted."),
        (you("whisper", "ana", muted=True), (CUSTOMER, ANA), "Nobody hears you: you are muted."),
        (you("whisper"), (CUSTOMER, ANA), "Nobody hears you: no agent you whisper to is in the call."),
        (you("whisper", "ana"), (CUSTOMER, LUIS), "Nobody hears you: no agent you whisper to is in the call."),
        (you("barge", present=False), (CUSTOMER, ANA), "Nobody hears you: you are not in the call."),
        # Some
        (you("whisper", "ana"), (CUSTOMER, ANA), "Only Ana hears you. +34 600 ••12 does not."),
        (you("whisper", "ana", "luis"), (CUSTOMER, ANA, LUIS), "Only Ana and Luis hear you. +34 600 ••12 does not."),
        (you("whisper", "ana"), (CUSTOMER, ANA, LUIS), "Only Ana hears you. +34 600 ••12 and Luis do not."),
        (
            you("whisper", "ana", "luis", "chen"),
            (CUSTOMER, ANA, LUIS, CHEN, MARTA),
            "Only Ana, Luis and Chen hear you. +34 600 ••12 and Marta do not.",
        ),
        (you("whisper", "ana", "luis"), (ANA, LUIS), "Only Ana and Luis hear you."),
        (
            you("whisper", "ana", "a2"),
            (CUSTOMER, ANA, replace(ANA, key="a2")),
            "Only Ana (2 legs) hears you. +34 600 ••12 does not.",
        ),
        # All
        (BARGE, (CUSTOMER, ANA, LUIS), "Everyone hears you, including +34 600 ••12."),
        (BARGE, (CUSTOMER,), "Everyone hears you, including +34 600 ••12."),
        (BARGE, (ANA, LUIS, MARTA), "Everyone hears you."),
        (
            BARGE,
            (CUSTOMER, ANA, Party("x", "Unknown caller", "unknown", muted=False, on_hold=False)),
            "Everyone hears you, including +34 600 ••12 and Unknown caller.",
        ),
    ],
)
def test_sentence_names_who_hears_you(speaker, others, words):
    assert said(speaker, *others) == words


@pytest.mark.parametrize(
    ("speaker", "others", "words"),
    [
        (
            you("whisper", "ana", "luis"),
            (CUSTOMER, ANA, replace(LUIS, on_hold=None)),
            "Ana hears you; Luis may hear you (not known whether on hold). +34 600 ••12 does not.",
        ),
        (
            you("whisper", "ana", "luis"),
            (CUSTOMER, ANA, replace(LUIS, phone_hold=True)),
            "Ana hears you; Luis may hear you (phone on hold). +34 600 ••12 does not.",
        ),
        (
            you("whisper", "ana"),
            (CUSTOMER, replace(ANA, present=None)),
            "Ana may hear you (still joining). +34 600 ••12 does not.",
        ),
        (
            you("whisper", "ana"),
            (CUSTOMER, ANA, replace(MARTA, role="whisper", targets=frozenset({"ana"}))),
            "Ana hears you; Marta may hear you (also whispering). +34 600 ••12 does not.",
        ),
        (
            you("whisper", "ana"),
            (ANA, Party("x", "Unknown caller", "unknown", muted=False, on_hold=False)),
            "Ana hears you; Unknown caller may hear you (may also be whispering).",
        ),
        (
            BARGE,
            (party("Li"), replace(ANA, on_hold=None), replace(LUIS, present=None), replace(CHEN, on_hold=None)),
            "Li hears you; Ana and Chen may hear you (not known whether on hold); Luis may hear you (still joining).",
        ),
        (
            you("monitor", muted=False),
            (CUSTOMER, ANA),
            "Everyone may hear you, including +34 600 ••12 (the provider does not show you as muted).",
        ),
        (you("monitor", muted=False), (ANA,), "Ana may hear you (the provider does not show you as muted)."),
        (
            you("barge", muted=None),
            (ANA, LUIS),
            "Everyone may hear you (not known whether you are muted).",
        ),
        (
            you("whisper", "ana", role_known=False),
            (CUSTOMER, ANA),
            "+34 600 ••12 and Ana may hear you (your change of mode has had no answer).",
        ),
        (
            you("barge", "ana"),
            (CUSTOMER, ANA),
            "Ana hears you; +34 600 ••12 may hear you (the provider shows another mode than yours).",
        ),
        (you("barge", present=None), (ANA, LUIS), "Everyone may hear you (you are still joining)."),
        (you("barge", phone_hold=True), (ANA, LUIS), "Everyone may hear you (your phone is on hold)."),
    ],
)
def test_sentence_says_who_may_hear_and_why_uncertain(speaker, others, words):
    assert said(speaker, *others) == words


ON_HOLD = "You are on hold: you hear nothing, and nobody hears you."


@pytest.mark.parametrize(
    ("speaker", "others", "words"),
    [
        (
            you("whisper", "ana", "luis"),
            (CUSTOMER, ANA, replace(LUIS, **HELD)),
            "Ana hears you. +34 600 ••12 does not. Luis is on hold and will hear you when taken off.",
        ),
        (
            you("whisper", "luis"),
            (CUSTOMER, ANA, replace(LUIS, **HELD)),
            "Luis is on hold and will hear you when taken off. Nobody else hears you.",
        ),
        (
            BARGE,
            (replace(CUSTOMER, **HELD), ANA),
            "Ana hears you. +34 600 ••12 is on hold and will hear you when taken off.",
        ),
        (
            BARGE,
            (replace(ANA, **HELD), replace(LUIS, **HELD)),
            "Ana and Luis are on hold and will hear you when taken off. Nobody else hears you.",
        ),
        (
            you("monitor", muted=None),
            (ANA, replace(LUIS, **HELD)),
            "Ana may hear you (not known whether you are muted). Luis is on hold and may hear you when taken off.",
        ),
        (
            you("whisper", "ana", on_hold=True),
            (CUSTOMER, ANA),
            f"{ON_HOLD} Ana may hear you when you are taken off. +34 600 ••12 does not hear you.",
        ),
        (
            you("barge", on_hold=True),
            (ANA, replace(LUIS, **HELD)),
            f"{ON_HOLD} Ana and Luis may hear you when you are taken off.",
        ),
        (
            you("monitor", on_hold=True),
            (CUSTOMER, ANA),
            "Nobody hears you: you are on hold, and hear nothing.",
        ),
    ],
)
def test_sentence_keeps_those_on_hold_apart(speaker, others, words):
    assert said(speaker, *others) == words


@pytest.mark.parametrize(
    ("running", "words"),
    [
        (False, "Nobody hears you: the call has ended."),
        (None, "Everyone may hear you (not known whether the call goes on)."),
    ],
)
def test_sentence_knows_whether_the_call_goes_on(running, words):
    assert said(BARGE, ANA, LUIS, running=running) == words


unhurried = settings(deadline=None)
maybe = st.sampled_from((None, True, False))
known = {
    "muted": maybe,
    "on_hold": maybe,
    "phone_hold": maybe,
    "present": st.sampled_from((None, True)),
    "role_known": st.sampled_from((True, True, False)),
    "role": st.sampled_from(("", "none", "monitor", "whisper", "barge")),
    "targets": st.sets(st.sampled_from(("ana", "luis", "customer"))).map(frozenset),
}
changes = st.fixed_dictionaries({}, optional=known)


@unhurried
@given(changes, st.lists(changes, min_size=4, max_size=4), maybe)
def test_every_doubt_has_its_reason(mine, theirs, running):
    speaker = replace(BARGE, **mine)
    for one in (replace(each, **change) for each, change in zip((CUSTOMER, ANA, LUIS, MARTA), theirs, strict=True)):
        unknown = hears(one, speaker, running=running) is Hearing.UNKNOWN
        assert bool(doubt(one, speaker, running=running)) is unknown


@unhurried
@given(changes, st.lists(changes, min_size=4, max_size=4), st.sampled_from(("monitor", "whisper", "barge")))
def test_sentence_names_all_possible_hearers_or_says_everyone(mine, theirs, mode):
    people = [replace(each, **change) for each, change in zip((CUSTOMER, ANA, LUIS, MARTA), theirs, strict=True)]
    told = reach((*people, replace(BARGE, **mine)), "you")
    words = sentence(told, mode)
    named = {one.name for one in told.ears if one.name in words}
    assert words.startswith("Everyone ") or named == {one.name for one in told.ears}
    assert words.startswith("Nobody hears you") is not bool(told.ears)


def test_table_has_a_row_for_everybody_else():
    others = (replace(LUIS, on_hold=True), ANA, replace(MARTA, role="whisper", targets=frozenset({"ana"})), CUSTOMER)
    assert rows((*others, you("whisper", "ana", "luis")), "you") == (
        Row("customer", "+34 600 ••12", "customer", "no"),
        Row("luis", "Luis", "agent", "held"),
        Row("ana", "Ana", "agent", "yes"),
        Row("marta", "Marta", "supervisor", "unknown", "whispering"),
    )


def test_table_leaves_out_those_who_left():
    assert rows((ANA, replace(LUIS, present=False), BARGE), "you") == (Row("ana", "Ana", "agent", "yes"),)


def test_table_of_somebody_not_in_the_call_raises():
    with pytest.raises(KeyError):
        rows((ANA, LUIS), "you")


def test_picture_orders_people_and_draws_each_voices_arrow():
    drawn = graph((ANA, you("whisper", "ana"), replace(CUSTOMER, on_hold=True)))
    assert drawn.nodes == (
        Node("customer", "+34 600 ••12", "customer", 0),
        Node("ana", "Ana", "agent", 1),
        Node("you", "You", "supervisor", 2),
    )
    assert set(drawn.arrows) == {
        Arrow("customer", "ana", "held"), Arrow("customer", "you", "held"), Arrow("ana", "customer", "held"),
        Arrow("ana", "you", "yes"), Arrow("you", "ana", "yes"),
    }  # fmt: skip
