"""Legs that are nobody, and legs that may be several: machines of the center's, and phones shared by shifts."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags

from conferences import policy
from conferences.ingest.systems.sign_ins import sign_in
from conferences.models import Agent, AgentAddress, AuditEntry, Conference, Leg, SystemAddress
from tests.support.story import ANA, CHEN, LUIS, SUPPORT_NUMBER, Story, browser

BOT = "sip:assistant@bots.example"
TOKEN = "the center's own token"


@pytest.fixture
def assistant(db):
    return SystemAddress.objects.create(name="the assistant", address=BOT)


@pytest.fixture
def nadia(directory):
    night = Agent.objects.create(name="Nadia Night", team=directory.sales)
    AgentAddress.objects.create(agent=night, address=ANA)
    return night


def text(page) -> str:
    return re.sub(r"\s+", " ", strip_tags(page.content.decode()))


def leg_of(story, address):
    return Leg.objects.get(call_control_id=story.leg(address).call_control_id)


# --- Nobody


def test_a_machine_is_named_as_hearing_but_no_target(story: Story, marta, assistant):
    world, conference = story.call(ANA)
    story.simulator.join(world, story.simulator.dial(BOT))
    for _ in range(4):
        story.pass_time(2)
    assert leg_of(story, BOT).kind == "system"
    assert [str(one.leg.agent) for one in policy.whisper_legs(conference)] == ["Ana Ruiz"]
    barge = text(browser(marta).get(f"/conferences/{conference.pk}/hearing/?role=barge"))
    assert "the assistant" in barge
    whisper = text(
        browser(marta).get(
            f"/conferences/{conference.pk}/hearing/?role=whisper&targets={story.leg(ANA).call_control_id}"
        )
    )
    assert "the assistant" in whisper.partition("do not")[0] + whisper.partition("do not")[2]
    board = browser(marta).get("/").content.decode()
    assert ('data-kind="system"' in board, "the assistant" in board) == (True, True)


def test_a_machine_cannot_be_whispered_to(story: Story, marta, assistant):
    world, conference = story.call(ANA)
    story.simulator.join(world, story.simulator.dial(BOT))
    story.pass_time()
    form = {
        "role": "whisper",
        "targets": [story.leg(BOT).call_control_id],
        "my_leg": f"device:{marta.supervisor.devices.first().pk}",
        "token": "7" * 32,
    }
    page = text(browser(marta).post(f"/conferences/{conference.pk}/supervise/", form))
    assert "the assistant is a machine: there is nobody to whisper to." in page
    assert AuditEntry.objects.get(action="join").result == "denied"


def test_with_machines_only_a_call_has_no_people(story: Story, marta, assistant, directory):
    world, _ = story.call(ANA)
    story.simulator.join(world, story.simulator.dial(BOT))
    story.pass_time()
    loaded = Conference.objects.with_people()
    assert loaded.get().has_people()
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.simulator.far_end_hangs_up(story.leg("+14155550171"))
    story.pass_time()
    assert not loaded.get().has_people()
    board = browser(marta).get("/").content.decode()
    assert re.search(r'data-word="(Empty|Nobody left)"', board)


def test_a_machine_shares_its_address_with_nobody(directory, marta, assistant):
    with pytest.raises(ValidationError, match="belongs to the agent"):
        SystemAddress(name="x", address=CHEN).full_clean()
    with pytest.raises(ValidationError, match="belongs to the queue"):
        SystemAddress(name="x", address=SUPPORT_NUMBER).full_clean()
    assert SystemAddress(name="x", address="+14155557777").full_clean() is None


def test_a_machine_entered_during_a_call_is_known_immediately(story: Story, cleo, directory):
    world, _ = story.call(ANA)
    story.simulator.join(world, story.simulator.dial(BOT))
    story.pass_time()
    assert leg_of(story, BOT).kind == "customer"
    form = {"name": "the recorder", "address": "Assistant@BOTS.example:5060"}
    assert browser(cleo).post("/admin/conferences/systemaddress/add/", form).status_code == 302
    assert (leg_of(story, BOT).kind, leg_of(story, BOT).system.name) == ("system", "the recorder")


# --- Several


def test_a_shared_phone_shows_both_names_to_both_teams(story: Story, marta, ben, nadia):
    _, conference = story.call(ANA, queue="+14155559999")
    assert "Ana Ruiz or Nadia Night" in text(browser(marta).get(f"/conferences/{conference.pk}/"))
    assert "Ana Ruiz or Nadia Night" in text(browser(ben).get(f"/conferences/{conference.pk}/"))


def test_whispering_to_a_shared_phone_is_allowed_and_said(story: Story, marta, nadia):
    _, conference = story.call(ANA)
    form = text(browser(marta).get(f"/conferences/{conference.pk}/supervise/?role=whisper"))
    assert "Ana Ruiz or Nadia Night agents, a shared phone" in form
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    assert (mine.state, mine.accepted_role) == ("joined", "whisper")
    entry = AuditEntry.objects.get(action="join", phase="intent")
    assert entry.targets[0]["name"] == "a shared phone: Ana Ruiz or Nadia Night"
    assert "Ana Ruiz or Nadia Night" in entry.claim


@pytest.mark.parametrize("who", ["nadia", "ana"])
def test_who_signs_in_has_the_phone_until_another_does(story: Story, marta, directory, nadia, who):
    story.call(ANA)
    agent = nadia if who == "nadia" else directory.ana
    sign_in(agent, "Ana.Ruiz@agents.example:5060")
    assert leg_of(story, ANA).agents == [agent]
    other = directory.ana if who == "nadia" else nadia
    sign_in(other, ANA)
    assert leg_of(story, ANA).agents == [other]
    assert str(other) in text(browser(marta).get("/")) or who == "ana"


def test_a_phone_of_one_agent_shows_one_name(story: Story, marta, directory):
    _, conference = story.call(ANA, LUIS)
    assert [one.name for one in leg_of(story, ANA).agents] == ["Ana Ruiz"]
    assert " or " not in text(browser(marta).get(f"/conferences/{conference.pk}/")).partition("In the call")[2][:200]


def test_the_administrator_signs_somebody_in(story: Story, cleo, nadia):
    story.call(ANA)
    row = AgentAddress.objects.get(agent=nadia)
    form = {"action": "sign_in_here", "_selected_action": [str(row.pk)]}
    assert "1 signed in." in text(browser(cleo).post("/admin/conferences/agentaddress/", form, follow=True))
    assert leg_of(story, ANA).agents == [nadia]


def post(client, body, token=TOKEN):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.post("/api/agents/sign-in/", body, "application/json", headers=headers)


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_system_of_the_centers_signs_an_agent_in(story: Story, nadia, client, settings, by):
    settings.API_TOKEN = TOKEN
    story.call(ANA)
    answer = post(client, {"agent": nadia.name if by == "name" else nadia.pk, "address": "ana.ruiz@agents.example"})
    assert (answer.status_code, answer.json()["agent"]) == (200, "Nadia Night")
    assert leg_of(story, ANA).agents == [nadia]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("nothing", "Send a JSON object"),
        ("[]", "Send a JSON object"),
        ("x" * 5000, "Send a JSON object"),
        ({"agent": "Nobody", "address": ANA}, "There is no such agent."),
        ({"agent": True, "address": ANA}, "There is no such agent."),
        ({"address": ANA}, "There is no such agent."),
        ({"agent": "Nadia Night", "address": LUIS}, "This is no phone of Nadia Night's in the directory."),
        ({"agent": "Nadia Night", "address": "nonsense"}, "Write a telephone number"),
        ({"agent": "Nadia Night"}, "Write a telephone number"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(nadia, client, settings, body, said):
    settings.API_TOKEN = TOKEN
    answer = post(client, body)
    assert (answer.status_code, answer.json()["error"][: len(said)]) == (422, said)
    assert not AgentAddress.objects.exclude(signed_in_at=None).exists()


@pytest.mark.parametrize("sent", ["", "wrong", f"{TOKEN}x"])
def test_nobody_else_may(nadia, client, settings, sent):
    settings.API_TOKEN = TOKEN
    assert post(client, {"agent": nadia.pk, "address": ANA}, sent).status_code == 401
    assert not AgentAddress.objects.exclude(signed_in_at=None).exists()


@pytest.mark.parametrize("sent", ["", TOKEN])
def test_without_a_token_there_is_no_such_address(nadia, client, settings, sent):
    settings.API_TOKEN = ""
    assert post(client, {"agent": nadia.pk, "address": ANA}, sent).status_code == 404
