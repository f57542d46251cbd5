"""The sentences that people stumbled over, each where it is said and where it is not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from conferences import policy
from conferences.errors import NotPossible
from conferences.models import Agent, Conference, Device, Supervision, Team
from conferences.supervision.executor import advancing
from dashboard.presenters import fragments
from tests.support.markup import on_one_line
from tests.support.story import ANA, CUSTOMER, DESK, LUIS, Story, browser
from tests.support.supervision_helpers import ask

pytestmark = pytest.mark.slow


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def bar(user: Any) -> str:
    return words(fragments.panel(user))


def refuse(story: Story, status: int, code: str = "", **headers: str) -> None:
    body = {"errors": [{"code": code, "title": "No", "detail": "As the provider words it."}]} if code else {}
    story.simulator.faults.add("answer", path="/calls$", status=status, body=body, headers=headers, times=9)


def dial(story: Story, user: Any) -> Supervision:
    _, conference = story.call(ANA)
    mine = ask(user, conference)
    advancing.advance(mine.pk)
    return mine


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (401, "10009", "Telnyx does not accept our key. Your administrator has to mend this."),
        (401, "", "Telnyx did not let us in. Your administrator has to mend this."),
    ],
)
def test_a_refused_call_is_one_sentence(story: Story, marta, status, code, said):
    refuse(story, status, code)
    dial(story, marta)
    page = bar(marta)
    assert page.startswith(f"Not joined Calling your phone: {said}")
    assert ("The provider refused." in page, page.count(said)) == (False, 1)


def test_a_long_wait_is_a_time_of_day(story: Story, marta):
    story.simulator.faults.add("rate_limited", path="/calls$", seconds=3600, times=9)
    before = timezone.localtime()
    dial(story, marta)
    page = bar(marta)
    hours = {f"{(before.hour + 1) % 24:02}", f"{(before.hour + 2) % 24:02}"}
    told = re.search(r"It lets us call again at (\d\d):\d\d\.", page)
    assert told is not None, page
    assert told[1] in hours
    assert "3600" not in page


def test_a_dial_without_an_answer_says_what_may_be(story: Story, marta):
    story.simulator.faults.add("drop", path="/calls$", times=9)
    dial(story, marta)
    page = bar(marta)
    assert "It is not certain whether your phone will ring. If it does, you may answer. Looking…" in page
    assert "outcome is unknown" not in page


def test_who_could_not_join_cancelled_nothing(story: Story, marta):
    _, conference = story.call(ANA)
    body = {"errors": [{"code": "10033", "title": "Value outside of range", "detail": "As worded."}]}
    story.simulator.faults.add("answer", path="/actions/join$", status=422, body=body, times=9)
    story.simulator.faults.add("hang", path="/actions/hangup$", times=None)
    mine = ask(marta, conference)
    for _ in range(40):
        advancing.advance(mine.pk)
        story.simulator.pump()
        story.wait(0.25)
        mine.refresh_from_db()
        if not mine.is_active:
            break
    page = bar(marta)
    assert "Could not join" in page
    assert "Cancelling" not in page


def test_who_cancels_is_told_of_cancelling(story: Story, marta):
    story.simulator.phones.set(DESK, "rings_out")
    mine = dial(story, marta)
    Supervision.objects.filter(pk=mine.pk).update(state="leaving", is_active=False, problem="cancelled")
    assert bar(marta).startswith("Cancelling Hanging up your phone.")


@pytest.mark.parametrize(("address", "offered"), [("busy", ["Mobile"]), ("rejects", ["Mobile"]), ("answers", [])])
def test_phone_that_was_not_reached_offers_the_other_one(story: Story, marta, address, offered):
    story.simulator.phones.set(DESK, address)
    _, conference = story.call(ANA)
    mine = ask(marta, conference)
    for _ in range(8):
        advancing.advance(mine.pk)
        story.pass_time()
    found = re.findall(r"Try <bdi>(.*?)</bdi>…", fragments.panel(marta))
    assert found == offered
    if offered:
        device = Device.objects.get(name="Mobile")
        form = browser(marta).get(f"/conferences/{conference.pk}/supervise/?phone={device.pk}").content.decode()
        assert f'value="device:{device.pk}" checked' in on_one_line(form)


@pytest.mark.parametrize("phone", ["99999", "x", "", "\0"])
def test_a_phone_that_is_not_hers_is_not_chosen(story: Story, marta, phone):
    _, conference = story.call(ANA)
    form = browser(marta).get(f"/conferences/{conference.pk}/supervise/", {"phone": phone}).content.decode()
    assert f'value="device:{marta.supervisor.devices.first().pk}" checked' in on_one_line(form)


@pytest.mark.parametrize(
    ("people", "word"),
    [
        ((ANA, CUSTOMER), "Talking"),
        ((ANA, LUIS), "No customer"),
        ((CUSTOMER,), "No agent"),
        ((), "Nobody left"),
    ],
)
def test_a_state_says_who_is_missing(story: Story, marta, people, word):
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference)
    for address in {ANA, LUIS, CUSTOMER} - {*people}:
        story.simulator.far_end_hangs_up(story.leg(address))
    story.pass_time()
    assert mine.pk
    board = browser(marta).get("/", {"state": word}).content.decode()
    assert f'data-word="{word}"' in board.partition('id="conferences"')[2]


def test_a_call_that_is_not_started_waits(story: Story, marta):
    _, conference = story.call(ANA)
    Conference.objects.filter(pk=conference.pk).update(state="init")
    assert "Waiting to start" in words(browser(marta).get("/").content.decode())


def test_with_no_agent_nobody_is_asked_to_choose_one(story: Story, marta):
    _, conference = story.call(ANA)
    agent = story.leg(ANA).call_control_id
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time()
    conference = Conference.objects.with_people().get(pk=conference.pk)
    with pytest.raises(NotPossible, match="No agent is in the call now"):
        policy.check_targets(conference, "whisper", [])
    page = browser(marta).get(f"/conferences/{conference.pk}/hearing/?role=whisper&targets={agent}")
    assert "No agent is in the call now." in page.content.decode()


def test_call_her_agents_left_is_visible_but_not_joinable(story: Story, marta, directory):
    """Ana was taken over to Sales: the row says why no mode is offered."""
    story.call(ANA, queue="+14155550102")
    before = browser(marta).get("/").content.decode()
    Agent.objects.filter(pk=directory.ana.pk).update(team=directory.support)
    story.simulator.join(next(iter(story.simulator.state.conferences.values())), story.simulator.dial("+14155550121"))
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time()
    after = browser(marta).get("/").content.decode()
    offered = ["?role=monitor" in page.partition('id="conferences"')[2] for page in (before, after)]
    assert offered == [True, False]
    assert "Not with your teams now: you may see it, not join it." in after


def test_call_no_longer_visible_is_not_in_the_bar(story: Story, marta, directory):
    """Her team was taken from her while she listens: neither names nor the call's own stay on the screen."""
    _, conference = story.call(ANA)
    story.supervise(marta, conference)
    assert "Support 4711" in fragments.panel(marta)
    marta.supervisor.teams.clear()
    page = fragments.panel(marta)
    assert [one in page for one in ("Support 4711", "Ana Ruiz", "415")] == [False] * 3
    assert "You may no longer see this call." in page
    assert 'id="supervision-leave"' in page


def test_the_first_board_of_an_administrator_leads_to_supervisors(db):
    root = User.objects.create_superuser("root", password="a long enough password")
    page = browser(root).get("/").content.decode()
    assert 'href="/admin/conferences/supervisor/"' in page
    plain = User.objects.create_user("plain", password="a long enough password")
    assert "once an administrator has given you the right to see them" in browser(plain).get("/").content.decode()
    plain.user_permissions.add(Permission.objects.get(codename="view_board"))
    assert "once an administrator has given you a team" in browser(plain).get("/").content.decode()


def test_many_targets_are_counted_on_the_row(story: Story, marta, directory):
    team = Team.objects.get(name="Support")
    more = []
    for number in range(2, 5):
        address = f"sip:agent{number}@agents.example"
        agent = Agent.objects.create(name=f"Agent {number}", team=team)
        agent.addresses.create(address=address)
        more.append(address)
    _, conference = story.call(ANA, *more)
    story.supervise(marta, conference, role="whisper", to=(ANA, *more))
    said = r"Marta Gil whispers to (Ana Ruiz|Agent \d), (Ana Ruiz|Agent \d) and 2 more"
    assert re.search(said, words(browser(marta).get("/").content.decode()))


@pytest.mark.parametrize(("role", "mode"), [("monitor", "Monitor"), ("whisper", "Whisper"), ("barge", "Barge")])
def test_the_pages_title_can_say_her_mode(story: Story, marta, role, mode):
    _, conference = story.call(ANA)
    assert "data-title" not in fragments.panel(marta)
    mine = story.supervise(marta, conference, role=role, to=(ANA,) if role == "whisper" else ())
    assert f'data-title="● {mode} · Ana Ruiz"' in fragments.panel(marta)
    Supervision.objects.filter(pk=mine.pk).update(state="ended", ended_at=timezone.now())
    assert "data-title" not in fragments.panel(marta)
