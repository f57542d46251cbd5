"""A call is handed over: offered, accepted, confirmed, and only then the first one leaves; nobody is dropped before."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.db import SessionStore

from conferences.logins import sessions
from conferences.models import AuditEntry, HandOver, ListeningPolicy, Supervision
from tests.support.story import ALL_MODES, ANA, DESK, LUIS, Story, browser, make_supervisor

HEADSET = "sip:dana@supervisors.example"


@pytest.fixture
def dana(directory):
    user = make_supervisor("dana", "Dana Roy", [directory.support], ALL_MODES)
    user.supervisor.devices.create(name="Headset", address=HEADSET)
    log_in(user)
    return user


def log_in(user):
    return sessions.begin(SessionStore(), user.pk, address=None, browser="")


def offer(user, to=None):
    mine = Supervision.objects.running().get(user=user)
    data = {"to": to.pk} if to else {}
    return browser(user).post(f"/supervisions/{mine.pk}/hand-over/", data, follow=True).content.decode()


def answers(user, do="accept"):
    return browser(user).post(f"/hand-overs/{latest().pk}/", {"do": do}, follow=True).content.decode()


def latest():
    return HandOver.objects.latest("offered_at")


def bar(user):
    page = browser(user).get("/").content.decode()
    return " ".join(page[page.index('id="supervision"') :].split("</section>")[0].split())


def listening(story, world):
    """Which of the supervisors' phones are in the call, in the provider's world."""
    inside = {stay.leg.far_end for stay in world.participants}
    return inside & {DESK, HEADSET}


def let_time_pass(story, seconds=8):
    for _ in range(seconds):
        story.pass_time()


def record():
    entries = AuditEntry.objects.filter(action__startswith="hand").order_by("pk")
    return [(one.action, one.result, one.actor_name) for one in entries]


def test_a_call_is_handed_over_without_a_gap(story: Story, marta, dana):
    world, conference = story.call(ANA)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    offer(marta, dana)
    assert ("Offered to" in bar(marta), "asks you to take over" in bar(dana)) == (True, True)
    answers(dana)
    assert listening(story, world) == {DESK}
    for _ in range(8):
        story.pass_time()
        assert not story.hear(world, story.leg(HEADSET))  # monitor first: at most one is heard
    moves = [one.type.rpartition(".")[2] for one in story.simulator.events if "participant." in one.type]
    assert (moves[-2:], listening(story, world)) == (["joined", "left"], {HEADSET})
    entries = [f"{one.actor_name}: {one.action}" for one in AuditEntry.objects.order_by("pk")]
    assert entries.index("Earshot: confirm", entries.index("Dana Roy: join")) < entries.index("Earshot: hand_end")
    assert (latest().end, Supervision.objects.running().get().user) == ("done", dana)
    assert "Dana Roy has taken over." in bar(marta)
    hers, theirs = marta.get_full_name(), "Dana Roy"
    assert record() == [("hand_offer", "ok", hers), ("hand_accept", "ok", theirs), ("hand_end", "ok", "Earshot")]


@pytest.mark.parametrize(("do", "end"), [("decline", "declined"), ("nothing", "expired"), ("back", "withdrawn")])
def test_what_comes_to_nothing_leaves_the_first_in(story: Story, marta, dana, do, end):
    world, conference = story.call(ANA)
    story.supervise(marta, conference)
    offer(marta, dana)
    if do == "decline":
        answers(dana, "decline")
        assert "Dana Roy cannot take this call over now." in bar(marta)
    elif do == "back":
        offer(marta)
    else:
        story.pass_time(61)
        assert "Dana Roy did not answer." in bar(marta)
    let_time_pass(story, 2)
    assert (latest().end, listening(story, world)) == (end, {DESK})
    assert "asks you to take over" not in bar(dana)
    assert "no longer offered" in answers(dana)
    assert listening(story, world) == {DESK}
    offer(marta, dana)
    assert HandOver.objects.open().count() == 1


def test_who_does_not_get_in_takes_nothing_over(story: Story, marta, dana):
    world, conference = story.call(ANA)
    story.supervise(marta, conference)
    story.simulator.phones.set(HEADSET, "busy")
    offer(marta, dana)
    answers(dana)
    let_time_pass(story)
    assert (latest().end, listening(story, world)) == ("failed", {DESK})
    assert "Dana Roy did not get into the call." in bar(marta)


def test_it_is_taken_over_on_a_phone_already_up(story: Story, marta, dana):
    _, other = story.call(LUIS, customer="+14155550172")
    story.supervise(dana, other)
    world, conference = story.call(ANA)
    story.supervise(marta, conference)
    offer(marta, dana)
    answers(dana)
    let_time_pass(story)
    assert (latest().end, listening(story, world), len(story.simulator.legs_to(HEADSET))) == ("done", {HEADSET}, 1)


def test_whoever_leaves_first_hands_nothing_over(story: Story, marta, dana):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    offer(marta, dana)
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    let_time_pass(story, 2)
    assert (latest().end, listening(story, world)) == ("gone", set())


def test_it_is_offered_to_whom_it_may_be(story: Story, marta, dana, directory, ben):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    away = make_supervisor("eva", "Eva Sol", [directory.support], ALL_MODES)
    away.supervisor.devices.create(name="Desk", address="+14155550189")
    no_phone = make_supervisor("leo", "Leo Kim", [directory.support], ALL_MODES)
    log_in(no_phone)
    log_in(ben)
    form = browser(marta).get(f"/supervisions/{mine.pk}/hand-over/").content.decode()
    named = {one for one in (dana, away, no_phone, ben) if f'value="{one.pk}"' in form}
    assert named == {dana}
    assert "cannot take the call over" in offer(marta, ben)
    assert (record(), HandOver.objects.count()) == ([("hand_offer", "denied", marta.get_full_name())], 0)
    offer(marta, dana)
    for somebody in (ben, marta):
        assert browser(somebody).post(f"/hand-overs/{latest().pk}/").status_code == 404
    assert browser(dana).post(f"/supervisions/{mine.pk}/hand-over/").status_code == 404


def test_policy_is_asked_again_as_she_accepts(story: Story, marta, dana, directory):
    world, conference = story.call(ANA)
    story.supervise(marta, conference)
    offer(marta, dana)
    ListeningPolicy.objects.create(queue=directory.queue, monitor=False)
    answers(dana)
    let_time_pass(story, 2)
    assert HEADSET not in listening(story, world)
