"""An agent asks for help and a supervisor answers by whisper to her alone, from wherever she is; all on record."""

from __future__ import annotations

import pytest

from conferences.models import AuditEntry, HelpRequest, ListeningPolicy, Supervision
from tests.support.story import ANA, CUSTOMER, DESK, LUIS, Story, browser, make_supervisor

TOKEN = "a token of the agents' desktop"


@pytest.fixture(autouse=True)
def token(settings):
    settings.API_TOKEN = TOKEN
    settings.HELP_KEYS = "**"


def ask(client, agent="Ana Ruiz", **more):
    body = {"agent": agent, **more}
    return client.post("/api/help/", body, "application/json", headers={"Authorization": f"Bearer {TOKEN}"})


def answer(user):
    return browser(user).post(f"/help/{HelpRequest.objects.latest('asked_at').pk}/answer/", follow=True)


def let_phones_be_answered(story, seconds=6):
    for _ in range(seconds):
        story.pass_time()


def asked():
    return HelpRequest.objects.latest("asked_at")


def record():
    entries = AuditEntry.objects.filter(action__startswith="help").order_by("pk")
    return [(one.action, one.result, one.actor_name) for one in entries]


def row(user, conference):
    page = browser(user).get("/").content.decode()
    return page[page.index(f'id="conference-{conference.pk}"') :].split("</article>")[0]


def press(story, address, keys, pause=1.0):
    for key in keys:
        story.simulator.world.answering.presses(story.leg(address), key)
        story.pass_time(pause)


def test_help_is_answered_by_a_whisper_to_her_alone(story: Story, marta, client):
    world, conference = story.call(ANA, LUIS)
    told = ask(client, reason="refund above my limit").json()
    assert (told["state"], told["conference_id"]) == ("asked", conference.conference_id)
    story.pass_time(8)
    assert all(said in row(marta, conference) for said in ("asks for help", "0:08", "refund above my limit", "Answer"))
    assert answer(marta).status_code == 200
    let_phones_be_answered(story)
    assert story.hear(world, story.leg(DESK)) == {story.leg(ANA).call_control_id}
    assert asked().answered_at is not None
    assert "answers" in row(marta, conference)
    assert "asks for help" not in row(marta, conference)
    assert ask(client).json()["state"] == "taken"
    mine = Supervision.objects.get()
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    let_phones_be_answered(story, 2)
    assert asked().end == "answered"
    name = marta.get_full_name()
    assert record() == [("help", "ok", "Earshot"), ("help_take", "ok", name), ("help_end", "ok", name)]
    assert AuditEntry.objects.filter(action="join", role="whisper").exists()


def test_asked_again_it_is_the_same_request(story: Story, marta, client):
    story.call(ANA)
    assert ask(client).json()["asked_at"] == ask(client).json()["asked_at"]
    press(story, ANA, "**")
    assert HelpRequest.objects.count() == 1
    assert ask(client, withdraw=True).json()["state"] == "withdrawn"
    assert ask(client, withdraw=True).status_code == 200
    story.pass_time(2)
    assert [one.end for one in HelpRequest.objects.all()] == ["withdrawn"]


@pytest.mark.words
def test_who_is_in_no_live_call_is_told_so(story: Story, marta, client):
    assert ask(client).json() == {"error": "Ana Ruiz is in no live call now.", "field": "agent"}
    _, conference = story.call(ANA)
    ask(client)
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time(2)
    assert (asked().end, record()[-1]) == ("expired", ("help_end", "ok", "Earshot"))
    assert "asks for help" not in row(marta, conference)
    assert ask(client).status_code == 422


def test_a_colleague_sees_who_took_it_and_cannot(story: Story, marta, directory, client):
    rosa = make_supervisor("rosa", "Rosa Gil", [directory.support], ["monitor_conference", "whisper_conference"])
    rosa.supervisor.devices.create(name="Desk", address="+14155550188")
    _, conference = story.call(ANA)
    ask(client)
    answer(marta)
    assert f"{marta.get_full_name()}</bdi> answers" in row(rosa, conference)
    assert "answers Ana Ruiz already" in answer(rosa).content.decode()
    assert Supervision.objects.count() == 1


def test_help_nobody_got_through_to_is_free_again(story: Story, marta, client):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, "busy")
    ask(client)
    answer(marta)
    let_phones_be_answered(story, 8)
    assert asked().taken_by is None
    assert "asks for help" in row(marta, conference)
    assert [one[0] for one in record()] == ["help", "help_take", "help_release"]


def test_help_is_answered_from_another_call(story: Story, marta, client):
    _, other = story.call(LUIS, customer="+14155550172")
    story.supervise(marta, other)
    world, _ = story.call(ANA)
    ask(client)
    answer(marta)
    let_phones_be_answered(story)
    assert len(story.simulator.legs_to(DESK)) == 1
    assert story.hear(world, story.leg(DESK)) == {story.leg(ANA).call_control_id}
    assert asked().answered_at is not None


def test_help_is_answered_from_within_the_call(story: Story, marta, client):
    world, conference = story.call(ANA, LUIS)
    story.supervise(marta, conference)
    ask(client)
    answer(marta)
    story.pass_time(2)
    assert story.hear(world, story.leg(DESK)) == {story.leg(ANA).call_control_id}


def test_a_whisper_by_the_form_takes_it_too(story: Story, marta, client):
    _, conference = story.call(ANA)
    ask(client)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    assert (asked().taken_by, asked().answered_at is not None) == (marta, True)


@pytest.mark.parametrize(
    ("keys", "asks"), [("**", True), ("***", True), ("*4*", False), ("*#", False), ("*", False), ("7**", True)]
)
def test_keys_in_a_row_ask_for_help(story: Story, marta, keys, asks):
    story.call(ANA)
    press(story, ANA, keys)
    assert HelpRequest.objects.filter(way="keys").exists() == asks


def test_keys_that_ask_for_no_help(story: Story, marta, settings):
    story.call(ANA)
    press(story, CUSTOMER, "**")
    press(story, ANA, "**", pause=4)
    settings.HELP_KEYS = ""
    press(story, ANA, "**")
    assert not HelpRequest.objects.exists()


def test_keys_pressed_meanwhile_do_not_ask_anew(story: Story, marta, client):
    story.call(ANA)
    ask(client)
    press(story, ANA, "**")
    ask(client, withdraw=True)
    story.pass_time(2)
    assert not HelpRequest.objects.open().exists()
    press(story, ANA, "**")
    assert HelpRequest.objects.open().get().way == "keys"


@pytest.mark.parametrize(("where", "value", "asks"), [(ANA, "1", True), (ANA, "no", False), (CUSTOMER, "1", False)])
def test_a_header_counts_on_an_agents_leg_alone(story: Story, marta, where, value, asks):
    story.simulator.phones.headers[where] = {"X-Earshot-Help": value}
    story.call(ANA)
    story.pass_time(2)
    assert HelpRequest.objects.filter(way="header").exists() == asks


def test_who_may_not_whisper_may_not_answer(story: Story, marta, directory, ben, client):
    listener = make_supervisor("li", "Li Wong", [directory.support], ["monitor_conference"])
    _, conference = story.call(ANA)
    ask(client)
    assert "Answer" not in row(listener, conference)
    answer(listener)
    pk = asked().pk
    assert browser(listener).post(f"/help/{pk}/close/").status_code == 403
    assert browser(ben).post(f"/help/{pk}/answer/").status_code == 404
    assert browser(ben).post(f"/help/{pk}/close/").status_code == 404
    assert not Supervision.objects.exists()
    assert browser(marta).post(f"/help/{pk}/close/").status_code == 302
    assert asked().end == "closed"


def test_where_policy_wants_a_reason_the_form_asks(story: Story, marta, directory, client):
    ListeningPolicy.objects.create(queue=directory.queue, reason_required=True)
    _, conference = story.call(ANA)
    ask(client)
    assert answer(marta).redirect_chain[-1][0] == f"/conferences/{conference.pk}/supervise/?role=whisper"
    assert asked().taken_by is None
