"""What we say of who hears whom is true in the simulator, whatever the provider does where its documents are silent."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from conferences.audibility import Hearing, hearing, hears, reach, with_supervisor
from conferences.wording.hearing import sentence
from tests.support.audibility_scenarios import (
    ANA,
    BEN,
    CUSTOMER,
    LUIS,
    MARTA,
    OURS,
    STRAY,
    Plot,
    Stage,
    Step,
    matrix,
    plots,
    roles,
    several,
)

pytestmark = pytest.mark.slow

NO, UNKNOWN, YES = Hearing.NO, Hearing.UNKNOWN, Hearing.YES
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # whatever else the machine does
at_heart = settings(unhurried, max_examples=400)
thorough = settings(unhurried, max_examples=20_000, database=None, phases=[Phase.generate])
KNOWLEDGE = {"muted": None, "on_hold": None, "phone_hold": None, "present": None, "role_known": False}


def contradictions(plot, phone="careful"):
    """Every (listener, speaker) of whom we are certain and wrong, with what we said."""
    stage = Stage(plot)
    heard = stage.heard()
    claims = matrix(stage.parties(phone), running=stage.running)
    return {pair: claim for pair, claim in claims.items() if claim is (NO if pair in heard else YES)}


def names(stage, keys):
    return {one.name for one in stage.parties() if one.key in keys}


def hearers(stage, speaker):
    return {listener for listener, heard in stage.heard() if heard == stage.keys[speaker]}


@at_heart
@given(plots)
def test_every_certainty_is_true(plot):
    assert contradictions(plot) == {}


@unhurried
@given(plots)
def test_no_is_true_with_command_and_phone_holds_confused(plot):
    assert NO not in contradictions(plot, phone="latest").values()


@unhurried
@given(plots, st.sets(st.tuples(st.integers(0, 5), st.sampled_from(sorted(KNOWLEDGE)))))
def test_every_certainty_is_true_with_less_known(plot, forgotten):
    stage = Stage(plot)
    heard, parties = stage.heard(), list(stage.parties())
    for who, what in forgotten:
        parties[who] = replace(parties[who], **{what: KNOWLEDGE[what]})
    claims = matrix(parties, running=stage.running)
    assert [pair for pair, claim in claims.items() if claim is (NO if pair in heard else YES)] == []


@unhurried
@given(plots, roles, several, st.sampled_from(OURS))
def test_no_is_true_when_lost_commands_take_effect_later(plot, role, targets, you):
    stage = Stage(plot)
    parties, running = list(stage.parties()), stage.running
    parties[you] = replace(parties[you], role_known=False)
    stage.change_role(Step("change_role", (you,), role, targets))
    claims = matrix(parties, running=running)
    assert [pair for pair, claim in claims.items() if claim is NO and pair in stage.heard()] == []


def documented(listener, speaker):
    """Whether the provider's documents leave open if one hears the other."""
    roles_open = any(one.role == "" and one.kind == "unknown" for one in (listener, speaker))
    monitor_not_shown = speaker.role in ("monitor", "whisper") and not speaker.targets and not speaker.muted
    whisperers = speaker.targets and (listener.role == "whisper" or listener.targets)
    return bool(listener.phone_hold or speaker.phone_hold or roles_open or monitor_not_shown or whisperers)


@unhurried
@given(plots)
def test_only_what_documents_leave_open_is_unknown(plot):
    stage = Stage(plot)
    parties = stage.parties()
    known = [one for one in parties if None not in (one.phone_hold, one.present) and one.role_known]
    doubtful = [
        (listener.name, speaker.name)
        for listener in known
        for speaker in known
        if hears(listener, speaker, running=stage.running) is UNKNOWN and not documented(listener, speaker)
    ]
    assert doubtful == []


def lies(plot):
    """Those of our supervisors who are told that nobody hears them, and are heard."""
    stage = Stage(plot)
    reaches = {you: reach(stage.parties(), stage.keys[you], running=stage.running) for you in OURS}
    told = {you: sentence(said, said.speaker.role) for you, said in reaches.items()}
    return [you for you in OURS if "nobody hears you" in told[you].lower() and hearers(stage, you)]


@at_heart
@given(plots)
def test_nobody_hears_you_is_never_said_when_somebody_does(plot):
    assert lies(plot) == []


@unhurried
@given(plots)
def test_whoever_hears_you_is_named_or_among_everyone(plot):
    stage = Stage(plot)
    for you in OURS:
        said = reach(stage.parties(), stage.keys[you], running=stage.running)
        text = sentence(said, said.speaker.role)
        deaf = names(stage, {one.key for one in said.not_heard_by})
        unnamed = {name for name in names(stage, hearers(stage, you)) if name not in text or name in deaf}
        assert text.startswith("Everyone ") or unnamed == set(), text


@unhurried
@given(plots)
def test_held_people_hear_once_the_hold_is_over(plot):
    stage = Stage(plot)
    running, parties = stage.running, stage.parties()
    stage.start(Step("start"))
    stage.unhold(Step("unhold"))
    for you in OURS:
        said = reach(parties, stage.keys[you], running=running)
        assert {one.key for one in said.held} <= hearers(stage, you)
        assert not hearers(stage, you) & {one.key for one in said.not_heard_by}


@unhurried
@given(plots, roles, several)
def test_preview_says_before_the_join_who_will_hear(plot, role, targets):
    stage = Stage(replace(plot, switches={**plot.switches, "join_seconds": 0.0}))
    stage.leave(Step("leave", (MARTA,)))
    whisper_to = frozenset(stage.keys[one] for one in targets)
    you = replace(stage.parties()[MARTA], role=role, targets=whisper_to, phone_hold=False)
    preview = reach(with_supervisor(stage.parties(), you), you.key, running=stage.running)
    stage.phone_resumes(Step("phone_resumes", (MARTA,)))
    stage.join(Step("join", (MARTA,), role, targets))
    assert not hearers(stage, MARTA) & {one.key for one in preview.not_heard_by}
    if stage.legs[MARTA].participant:
        assert {one.key for one in preview.hears} <= hearers(stage, MARTA)


# Each doubt is there because the same reports may come from two worlds in which different people hear.

ECHOES = {"conference_hold_emits_call_hold": True}
SHY = {"monitor_shows_muted": False}
WHISPERS = tuple(Step("join", (who,), "whisper", (ANA,)) for who in (MARTA, BEN))
UNMUTED_MONITOR = (Step("join", (MARTA,), "monitor"), Step("unmute"))
UNMUTED_WHISPERER = (Step("join", (MARTA,), "whisper"), Step("unmute"))
BACK_AGAIN = (Step("leave", (ANA,)), Step("join", (ANA,)))
BY_PHONE, RESUMED, HELD, UNHELD = (
    Step(action, (ANA,)) for action in ("phone_holds", "phone_resumes", "hold", "unhold")
)
BARGE, LOST = Step("join", (MARTA,), "barge"), Step("lose_answer", (MARTA,), "monitor")
TWINS = {
    "two whisperers": ((BEN, MARTA), Plot({"whisperers_hear_each_other": True}, WHISPERS), Plot({}, WHISPERS)),
    "a monitor not shown as muted": (
        (CUSTOMER, MARTA), Plot({"unmute_lifts_monitor": True}, UNMUTED_MONITOR), Plot(SHY, UNMUTED_MONITOR),
    ),
    "a whisperer without targets": (
        (CUSTOMER, MARTA), Plot({"unmute_lifts_monitor": True}, UNMUTED_WHISPERER), Plot(SHY, UNMUTED_WHISPERER),
    ),
    "a phone on hold": ((ANA, LUIS), Plot(ECHOES, (HELD, *BACK_AGAIN)), Plot({}, (HELD, *BACK_AGAIN, BY_PHONE))),
    "a phone no longer on hold": (
        (ANA, LUIS), Plot(ECHOES, (HELD, BY_PHONE, RESUMED, UNHELD)), Plot(ECHOES, (BY_PHONE, HELD, UNHELD)),
    ),
    "a supervisor of somebody else": (
        (CUSTOMER, STRAY),
        Plot(SHY, (Step("join", (STRAY,), "barge"),)),
        Plot(SHY, (Step("join", (STRAY,), "monitor"),)),
    ),
    "a lost answer": (
        (CUSTOMER, MARTA), Plot(SHY, (BARGE, replace(LOST, happens=False))), Plot(SHY, (BARGE, LOST)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("doubt", TWINS)
def test_same_reports_come_from_worlds_with_different_hearing(doubt):
    (listener, speaker), *twins = TWINS[doubt]
    stages = [Stage(plot) for plot in twins]
    reports = [[stage.parties()[who] for who in (listener, speaker)] for stage in stages]
    assert reports[0] == reports[1]
    assert hears(*reports[0]) is UNKNOWN
    assert [(stage.keys[listener], stage.keys[speaker]) in stage.heard() for stage in stages] == [True, False]


# A property that cannot fail proves nothing: each of these is one wrong rule, and must be found out.


def instead(rule, wrong):
    """The rules with one of them replaced."""
    return tuple(wrong if each is rule else each for each in hearing.RULES)


PLANTED = {
    "a monitor is never heard": (
        hearing.can_speak,
        lambda listener, speaker: NO if speaker.role == "monitor" else hearing.can_speak(listener, speaker),
    ),
    "a lost answer means that nothing happened": (
        hearing.can_speak,
        lambda listener, speaker: hearing.can_speak(listener, replace(speaker, role_known=True)),
    ),
    "whisperers never hear each other": (
        hearing.addresses,
        lambda listener, speaker: NO if speaker.targets and listener.key not in speaker.targets else YES,
    ),
    "a whisper reaches everybody": (hearing.addresses, lambda listener, speaker: YES),
    "mute does not matter": (hearing.can_speak, lambda listener, speaker: YES),
    "hold does not matter": (hearing.neither_is_on_hold, lambda listener, speaker: YES),
    "only the speaker's hold matters": (
        hearing.neither_is_on_hold,
        lambda listener, speaker: hearing.neither_is_on_hold(speaker, speaker),
    ),
    "whose phone rings is in": (hearing.both_are_in, lambda listener, speaker: YES),
    "a phone's hold does not matter": (hearing.neither_phone_is_on_hold, lambda listener, speaker: YES),
    "a phone's hold is certain": (
        hearing.neither_phone_is_on_hold,
        lambda listener, speaker: NO if listener.phone_hold or speaker.phone_hold else YES,
    ),
    "whoever is not ours is ordinary": (
        hearing.can_speak,
        lambda listener, speaker: hearing.can_speak(listener, replace(speaker, kind="customer")),
    ),
}


@pytest.mark.parametrize("mistake", PLANTED)
def test_planted_mistake_is_found(monkeypatch, mistake):
    monkeypatch.setattr(hearing, "RULES", instead(*PLANTED[mistake]))
    found = find(plots, contradictions, settings=thorough, random=Random(1))  # noqa: S311 - to be found every time
    wrong = contradictions(found)
    monkeypatch.undo()
    assert (bool(wrong), contradictions(found)) == (True, {})


@pytest.mark.parametrize("mistake", ["a monitor is never heard", "a phone's hold is certain"])
def test_lie_that_a_planted_mistake_leads_to_is_found(monkeypatch, mistake):
    monkeypatch.setattr(hearing, "RULES", instead(*PLANTED[mistake]))
    found = find(plots, lies, settings=thorough, random=Random(1))  # noqa: S311 - to be found every time
    told = lies(found)
    monkeypatch.undo()
    assert (bool(told), lies(found)) == (True, [])
