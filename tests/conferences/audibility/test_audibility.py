"""The rules of who hears whom: the table of roles, what nobody can know, holds and previews."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conferences.audibility import Hearing, Party, after_hold, hears, reach, with_supervisor
from tests.support.audibility_scenarios import matrix

NO, UNKNOWN, YES = Hearing.NO, Hearing.UNKNOWN, Hearing.YES


def party(key, kind="agent", **known):
    return Party(key, key.capitalize(), kind, **{"muted": False, "on_hold": False, **known})


CUSTOMER, ANA, LUIS = party("customer", "customer"), party("ana"), party("luis")
PEOPLE = (CUSTOMER, ANA, LUIS)


def supervisor(role, *targets, key="you", **known):
    silent = role == "monitor" or (role == "whisper" and not targets)
    return party(key, "supervisor", role=role, targets=frozenset(targets), **{"muted": silent, **known})


def hearers(you, *others, **facts):
    """What each of the others is said to hear of you, by name."""
    return {one.key: hears(one, you, **facts) for one in others or PEOPLE}


def everybody(answer):
    return {"customer": answer, "ana": answer, "luis": answer}


@pytest.mark.parametrize(
    ("role", "targets", "heard"),
    [
        ("none", (), everybody(YES)),
        ("barge", (), everybody(YES)),
        ("monitor", (), everybody(NO)),
        ("whisper", ("ana",), {**everybody(NO), "ana": YES}),
        ("whisper", ("ana", "luis"), {**everybody(YES), "customer": NO}),
        ("whisper", ("customer",), {**everybody(NO), "customer": YES}),
        ("whisper", ("somebody who left",), everybody(NO)),
        ("whisper", (), everybody(NO)),
    ],
)
def test_role_says_who_hears_a_supervisor(role, targets, heard):
    assert hearers(supervisor(role, *targets)) == heard


@pytest.mark.parametrize(
    "you",
    [supervisor("barge"), supervisor("monitor"), supervisor("whisper"), supervisor("whisper", "ana")],
)
def test_supervisor_in_any_role_hears_everybody(you):
    assert [hears(you, one) for one in PEOPLE] == [YES, YES, YES]


def test_everybody_in_a_call_hears_everybody_else():
    pairs = {
        ("ana", "customer"),
        ("customer", "ana"),
        ("ana", "luis"),
        ("luis", "ana"),
        ("customer", "luis"),
        ("luis", "customer"),
    }
    assert matrix(PEOPLE) == dict.fromkeys(pairs, YES)


def test_nobody_hears_themselves():
    assert hears(ANA, ANA) is NO


@pytest.mark.parametrize("lacking", [{"muted": True}, {"on_hold": True}, {"present": False}])
def test_muted_held_or_absent_person_is_not_heard(lacking):
    assert hearers(replace(ANA, **lacking), CUSTOMER, LUIS) == {"customer": NO, "luis": NO}


@pytest.mark.parametrize(
    ("lacking", "answer"), [({"muted": True}, YES), ({"on_hold": True}, NO), ({"present": False}, NO)]
)
def test_muted_person_hears_unlike_one_held_or_absent(lacking, answer):
    assert hears(replace(ANA, **lacking), CUSTOMER) is answer


@pytest.mark.parametrize(("running", "answer"), [(True, YES), (None, UNKNOWN), (False, NO)])
def test_conference_that_has_ended_has_no_hearing(running, answer):
    assert hears(ANA, CUSTOMER, running=running) is answer


# What nobody can know


@pytest.mark.parametrize("unknown", [{"muted": None}, {"on_hold": None}, {"present": None}, {"phone_hold": None}])
def test_person_with_something_unknown_may_be_heard(unknown):
    assert hearers(replace(ANA, **unknown), CUSTOMER, LUIS) == {"customer": UNKNOWN, "luis": UNKNOWN}


@pytest.mark.parametrize("unknown", [{"on_hold": None}, {"present": None}, {"phone_hold": None}, {"phone_hold": True}])
def test_person_of_whom_something_is_not_known_may_hear(unknown):
    assert hearers(supervisor("barge"), replace(ANA, **unknown)) == {"ana": UNKNOWN}


@pytest.mark.parametrize("unknown", [{"on_hold": None}, {"present": None}, {"phone_hold": True}])
def test_person_with_something_unknown_hears_no_monitor(unknown):
    assert hearers(supervisor("monitor"), replace(ANA, **unknown)) == {"ana": NO}


def test_person_whose_mute_is_not_known_hears():
    assert hears(replace(ANA, muted=None), CUSTOMER) is YES


@pytest.mark.parametrize(
    "you", [supervisor("monitor", muted=False), supervisor("monitor", muted=None), supervisor("whisper", muted=False)]
)
def test_monitor_not_listed_as_muted_may_be_heard(you):
    assert hearers(you) == everybody(UNKNOWN)


def test_whisperers_may_hear_each_other():
    marta, ben = supervisor("whisper", "ana", key="marta"), supervisor("whisper", "luis", key="ben")
    assert (hears(marta, ben), hears(ben, marta)) == (UNKNOWN, UNKNOWN)


def test_whisperer_hears_another_who_whispers_to_her():
    marta, ben = supervisor("whisper", "ben", key="marta"), supervisor("whisper", "luis", key="ben")
    assert (hears(ben, marta), hears(marta, ben)) == (YES, UNKNOWN)


@pytest.mark.parametrize("role", ["monitor", "barge", "none"])
def test_supervisor_not_whispering_hears_no_whisper(role):
    assert hears(supervisor(role, key="marta"), supervisor("whisper", "ana")) is NO


@pytest.mark.parametrize("role", ["monitor", "whisper", "barge"])
@pytest.mark.parametrize("muted", [True, False, None])
def test_supervisor_with_unanswered_role_change_may_be_heard(role, muted):
    assert hearers(supervisor(role, muted=muted, role_known=False)) == everybody(UNKNOWN)


def test_supervisor_with_unanswered_role_change_is_unheard_on_hold():
    assert hearers(supervisor("barge", role_known=False, on_hold=True)) == everybody(NO)


def test_supervisor_with_unanswered_role_change_may_hear_a_whisper():
    assert hears(supervisor("monitor", key="marta", role_known=False), supervisor("whisper", "ana")) is UNKNOWN


@pytest.mark.parametrize("kind", ["unknown", "supervisor", "something new"])
def test_unidentified_leg_may_be_another_applications_supervisor(kind):
    stray = party("stray", kind)
    assert hearers(stray) == everybody(UNKNOWN)
    assert (hears(stray, supervisor("whisper", "ana")), hears(stray, supervisor("barge"))) == (UNKNOWN, YES)


def test_unidentified_leg_listed_as_muted_is_not_heard():
    assert hearers(party("stray", "unknown", muted=True)) == everybody(NO)


def test_targets_reveal_a_whisperer_of_unknown_role():
    assert hearers(party("stray", "unknown", targets=frozenset({"ana"}))) == {**everybody(NO), "ana": YES}


@pytest.mark.parametrize(("role", "ana"), [("barge", YES), ("monitor", UNKNOWN)])
def test_targets_cast_doubt_on_a_role_that_has_none(role, ana):
    assert hearers(supervisor(role, "ana", muted=False)) == {**everybody(UNKNOWN), "ana": ana}


# On hold


@pytest.mark.parametrize("held", [(True, False), (False, True), (True, True)])
def test_hold_of_either_side_prevents_hearing_until_it_ends(held):
    listener, speaker = replace(ANA, on_hold=held[0]), replace(LUIS, on_hold=held[1])
    assert (hears(listener, speaker), after_hold(listener, speaker)) == (NO, YES)


def test_end_of_a_hold_makes_no_monitor_heard():
    assert after_hold(replace(ANA, on_hold=True), supervisor("monitor")) is NO


def test_reach_puts_everybody_in_one_group():
    held, doubtful = replace(LUIS, on_hold=True), party("chen", on_hold=None)
    you = supervisor("whisper", "ana", "luis", "chen")
    said = reach((CUSTOMER, ANA, held, doubtful, you), "you")
    assert said.hears == (ANA,)
    assert said.may_hear == (doubtful,)
    assert said.not_heard_by == (CUSTOMER,)
    assert said.held == (held,)


def test_reach_of_a_doubtful_voice_separates_those_on_hold():
    held = replace(LUIS, on_hold=True)
    said = reach((ANA, held, supervisor("monitor", muted=False)), "you")
    assert said.may_hear == (ANA,)
    assert said.held == ()
    assert said.held_may_hear == (held,)


def test_reach_omits_those_who_left_and_counts_joiners():
    gone, joining = replace(ANA, present=False), replace(LUIS, present=None)
    said = reach((gone, joining, supervisor("barge")), "you")
    assert said.ears == said.may_hear == (joining,)


def test_reach_of_somebody_not_in_the_call_raises():
    with pytest.raises(KeyError):
        reach(PEOPLE, "you")


# Previews


@pytest.mark.parametrize(
    ("role", "targets", "heard"),
    [
        ("monitor", (), set()),
        ("whisper", ("ana",), {"ana"}),
        ("whisper", (), set()),
        ("barge", (), {"customer", "ana", "luis"}),
        ("barge", ("ana",), {"customer", "ana", "luis"}),
    ],
)
@pytest.mark.parametrize("muted", [None, True, False])
def test_preview_tells_of_the_role_despite_current_readings(role, targets, heard, muted):
    you = Party("you", "You", "supervisor", role, frozenset(targets), muted=muted, present=None, role_known=False)
    said = reach(with_supervisor(PEOPLE, you), "you")
    assert ({one.key for one in said.hears}, said.may_hear) == (heard, ())


def test_preview_of_another_role_replaces_the_one_you_have():
    now = (*PEOPLE, supervisor("barge"))
    assert [one.role for one in with_supervisor(now, supervisor("monitor"))] == ["", "", "", "monitor"]


def test_preview_leaves_you_on_hold_if_you_are():
    *_, you = with_supervisor(PEOPLE, supervisor("barge", on_hold=True))
    assert you.on_hold is True
