"""Addresses that the directory lacks: which are asked about, and that one press brings their calls to a team."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conferences.models import (
    AgentAddress,
    Conference,
    Connection,
    ForeignAddress,
    Leg,
    Queue,
    QueueNumber,
    SystemAddress,
)
from conferences.unassigned.addresses import Unknown, seen_since, today
from tests.dashboard.presenters.test_unassigned import OTHER_NUMBER, STRANGER, WAYS
from tests.dashboard.views.test_agents import ring
from tests.support.story import ANA, CUSTOMER, LUIS, SUPPORT_NUMBER, Directory, Story, browser
from tests.support.world_diff import read_everything_back

URL = reverse("admin:conferences_unknownaddress_changelist")


@pytest.fixture
def admin(directory: Directory, cleo: User) -> Client:
    return browser(cleo)


def found() -> dict[str, Unknown]:
    return {one.address: one for one in seen_since(today(timezone.now()))}


def press(client: Client, one: Unknown, choice: str, **fields: Any) -> str:
    """Press a button of the row; return what is said about it."""
    answer = client.post(URL, {"leg": one.leg, "end": one.end, "as": choice, **fields}, follow=True)
    assert answer.status_code == 200
    return " ".join(str(message) for message in answer.context["messages"])


# What is asked about.


@pytest.mark.parametrize(
    ("begin", "asked"),
    [
        (lambda story: story.simulator.incoming_call(CUSTOMER, OTHER_NUMBER), {OTHER_NUMBER}),
        (lambda story: story.simulator.incoming_call(CUSTOMER, SUPPORT_NUMBER), set()),
        (lambda story: story.simulator.dial_out(STRANGER, CUSTOMER), {STRANGER}),
        (lambda story: story.simulator.dial_out(ANA, CUSTOMER), set()),
        (lambda story: story.call(STRANGER, queue=OTHER_NUMBER), {STRANGER, OTHER_NUMBER}),
        (lambda story: story.call(ANA), set()),
        (lambda story: story.call(ANA, queue=OTHER_NUMBER), set()),  # with Ana in it, it has a team
    ],
    ids=[
        "an unknown number is dialled",
        "a queue's number is dialled",
        "an unknown phone dials out",
        "an agent's phone dials out",
        "both ends are unknown",
        "all is known",
        "the agent is known",
    ],
)
def test_what_the_directory_lacks_is_asked_about(story: Story, directory: Directory, begin: Any, asked: set[str]):
    begin(story)
    story.deliver()
    assert set(found()) == asked


def test_customer_called_by_an_agent_is_not_asked_about(story: Story, directory: Directory):
    world, _ = story.call(ANA)
    story.simulator.join(world, story.simulator.dial("+14155550188"))
    story.deliver()
    assert found() == {}


def test_number_tried_by_a_dialler_is_not_asked_about(story: Story, directory: Directory):
    ring(story, "+14155550188")
    assert (Leg.objects.get().state, found()) == ("initiated", {})


def test_how_often_when_and_in_which_calls(story: Story, directory: Directory):
    calls = [story.call(STRANGER, queue=OTHER_NUMBER, customer=f"+1415555017{n}")[1] for n in range(4)]
    story.simulator.world.conferences.end_by_command(story.simulator.state.conferences[calls[0].conference_id])
    story.pass_time()
    one = found()[OTHER_NUMBER]
    assert one.times == 4
    assert one.live == 3
    assert one.in_conferences == 4
    assert len(one.conferences) == 3
    assert [conference.pk for conference in one.conferences] == [call.pk for call in calls[:0:-1]]
    started = Leg.objects.filter(to_address=OTHER_NUMBER).order_by("started_at").values_list("started_at", flat=True)
    assert (one.first, one.last) == (started[0], started[3])


def test_yesterdays_are_not_asked_about_unless_they_are_up(story: Story, directory: Directory):
    world, _ = story.call(STRANGER, queue=OTHER_NUMBER)
    tomorrow = today(story.now()) + timezone.timedelta(days=1)
    assert {one.address for one in seen_since(tomorrow)} == {STRANGER, OTHER_NUMBER}
    story.simulator.world.conferences.end_by_command(world)
    story.pass_time()
    assert seen_since(tomorrow) == []


def test_phone_of_our_own_connection_is_asked_about(story: Story, directory: Directory):
    Connection.objects.create(name="Desk phones", connection_id="77")
    story.simulator.incoming_call(STRANGER, CUSTOMER)
    story.deliver()
    Leg.objects.update(connection_id="77", kind=Leg.Kind.UNKNOWN)
    assert STRANGER in found()


# What one press does.


@pytest.mark.parametrize("way", WAYS, ids=lambda one: one.__name__)
def test_one_press_brings_an_unrecognised_call_to_its_team(
    story: Story, directory: Directory, admin: Client, marta: User, way: Any
):
    way(story)
    story.pass_time()
    read_everything_back()
    story.pass_time()
    board = browser(marta)
    conference = Conference.objects.get()
    assert str(conference.pk) not in board.get("/").content.decode()
    rows = found()
    if OTHER_NUMBER in rows:
        said = press(admin, rows[OTHER_NUMBER], "queue", queue=Queue.objects.get(name="Helpdesk").pk)
    else:
        said = press(admin, next(iter(rows.values())), "agent", agent=directory.luis.pk)
    assert "1 live call is shown accordingly." in said
    assert str(conference.pk) in board.get("/").content.decode()


def test_an_agents(story: Story, directory: Directory, admin: Client):
    _, call = story.call(STRANGER, queue=OTHER_NUMBER)
    said = press(admin, found()[STRANGER], "agent", agent=directory.luis.pk)
    assert said == "new.one@agents.example is Luis Ortega’s now. 1 live call is shown accordingly."
    assert AgentAddress.objects.filter(agent=directory.luis, address=STRANGER).exists()
    assert call.participants.filter(leg__agent=directory.luis).exists()
    assert found() == {}  # the call has a team


def test_a_queues(story: Story, directory: Directory, admin: Client):
    _, call = story.call(STRANGER, queue=OTHER_NUMBER)
    press(admin, found()[OTHER_NUMBER], "queue", queue=directory.queue.pk)
    assert QueueNumber.objects.filter(queue=directory.queue, number=OTHER_NUMBER).exists()
    assert Conference.objects.get(pk=call.pk).queue == directory.queue


def test_a_machines(story: Story, directory: Directory, admin: Client):
    story.call(STRANGER, queue=OTHER_NUMBER)
    said = press(admin, found()[STRANGER], "system", name="the assistant")
    assert "is the assistant’s, a machine, now." in said
    assert SystemAddress.objects.filter(name="the assistant", address=STRANGER).exists()
    assert Leg.objects.filter(kind="system").count() == 1


def test_not_ours_and_taken_back(story: Story, directory: Directory, admin: Client):
    story.call(STRANGER, queue=OTHER_NUMBER)
    press(admin, found()[STRANGER], "foreign")
    assert set(found()) == {OTHER_NUMBER}
    row = ForeignAddress.objects.get()
    admin.post(reverse("admin:conferences_foreignaddress_delete", args=[row.pk]), {"post": "yes"})
    assert set(found()) == {OTHER_NUMBER, STRANGER}


@pytest.mark.parametrize(
    "case",
    [
        ("agent", {}, "Choose whose phone it is."),
        ("agent", {"agent": "x"}, "Choose whose phone it is."),
        ("queue", {"queue": "99999999999999999999"}, "Choose of which queue it is a number."),
        ("system", {"name": "  "}, "Write what supervisors are to read"),
        ("nonsense", {}, "on this page no longer"),
    ],
)
def test_what_cannot_be_added_is_said_and_adds_nothing(
    story: Story, directory: Directory, admin: Client, case: tuple[str, dict[str, str], str]
):
    choice, fields, said = case
    story.call(STRANGER, queue=OTHER_NUMBER)
    assert said in press(admin, found()[STRANGER], choice, **fields)
    assert set(found()) == {STRANGER, OTHER_NUMBER}


def test_a_sip_user_is_no_queues_number(story: Story, directory: Directory, admin: Client):
    story.call(STRANGER, queue=OTHER_NUMBER)
    assert "Write a telephone number" in press(admin, found()[STRANGER], "queue", queue=directory.queue.pk)
    assert not QueueNumber.objects.filter(number=STRANGER).exists()


def test_an_address_taken_meanwhile_is_refused_with_its_owner(story: Story, directory: Directory, admin: Client):
    story.call(STRANGER, queue=OTHER_NUMBER)
    one = found()[OTHER_NUMBER]
    QueueNumber.objects.create(queue=directory.queue, number=OTHER_NUMBER)
    said = press(admin, one, "agent", agent=directory.ana.pk)
    assert "belongs to the queue Helpdesk already" in said


def test_it_is_noted_who_added_it(story: Story, directory: Directory, admin: Client, cleo: User):
    story.call(STRANGER, queue=OTHER_NUMBER)
    press(admin, found()[STRANGER], "agent", agent=directory.luis.pk)
    assert cleo.logentry_set.filter(content_type__model="agentaddress").count() == 1


# Who may.


def staff(*codenames: str, name: str = "dora") -> Client:
    user = User.objects.create_user(name, password="a long enough password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return browser(user)


def test_the_page_is_for_those_who_see_unassigned_calls(story: Story, directory: Directory):
    story.call(STRANGER, queue=OTHER_NUMBER)
    assert staff("view_agent").get(URL).status_code == 403
    page = staff("view_unassigned", name="nora").get(URL)
    assert (page.status_code, "An agent’s" in page.content.decode()) == (200, False)


def test_one_adds_only_what_one_may(story: Story, directory: Directory):
    story.call(STRANGER, queue=OTHER_NUMBER)
    client = staff("view_unassigned", "add_systemaddress")
    assert "You may not add that" in press(client, found()[STRANGER], "agent", agent=directory.luis.pk)
    assert set(found()) == {STRANGER, OTHER_NUMBER}
    press(client, found()[STRANGER], "system", name="the loop")
    assert SystemAddress.objects.count() == 1


def test_numbers_are_masked_without_the_right(story: Story, directory: Directory, admin: Client):
    story.call(LUIS, queue=OTHER_NUMBER)
    story.simulator.incoming_call(CUSTOMER, OTHER_NUMBER)
    story.deliver()
    page = staff("view_unassigned", "add_queuenumber").get(URL).content.decode()
    assert (OTHER_NUMBER[1:] in page, "••77" in page) == (False, True)
    assert "+1 415-555-0177" in admin.get(URL).content.decode()


def test_the_page_stands_in_the_admins_list(admin: Client):
    assert URL in admin.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("choice", ["agent", "system", "foreign"])
def test_address_not_asked_about_cannot_be_settled(story: Story, directory: Directory, admin: Client, choice: str):
    """A customer whom an agent called: the directory would show the number to whoever may edit it."""
    world, _ = story.call(ANA)
    story.simulator.join(world, story.simulator.dial("+14155550188"))
    story.deliver()
    leg = Leg.objects.get(to_address="+14155550188")
    forged = Unknown("", leg.pk, "to", dialled_by_callers=False)
    said = press(admin, forged, choice, agent=directory.luis.pk, name="the assistant")
    assert said == "That address is on this page no longer."
    assert not AgentAddress.objects.filter(address="+14155550188").exists()
    assert SystemAddress.objects.count() == ForeignAddress.objects.count() == 0
