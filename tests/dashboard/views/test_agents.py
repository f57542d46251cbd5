"""The agents' page: every live leg of every agent of her teams, and what may be done about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from asgiref.sync import sync_to_async as in_thread
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences.admin.live import reaching_live_calls
from conferences.ingest.feed import latest
from conferences.models import Agent, AgentAddress, Conference, Leg
from conferences.simulator.world import Leg as TheirLeg
from conferences.simulator.world.legs import DialOptions
from dashboard.presenters.agent import NOT_JOINABLE, AgentRow, row_for
from dashboard.presenters.audience import audience_of
from dashboard.presenters.rows.agent_calls import AgentCalls
from dashboard.presenters.rows.agent_rows import roster
from dashboard.presenters.rows.changed_agents import AgentRows, listed
from tests.support.page import Page
from tests.support.story import ANA, CHEN, CUSTOMER, LUIS, SALES_NUMBER, SUPPORT_NUMBER, Story, browser
from tests.support.world_diff import read_everything_back

pytestmark = pytest.mark.usefixtures("directory")
OTHER = "+14155550177"


def rows(user: User) -> dict[str, AgentRow]:
    audience = audience_of(user)
    found = roster(Agent.objects.filter(team__in=audience.teams))
    calls = AgentCalls(found).seen_by(audience)
    return {one.name: row_for(audience, found, one, calls) for one in found.agents}


def ana(user: User) -> AgentRow:
    return rows(user)["Ana Ruiz"]


def shown(user: User) -> str:
    """What stands on the page, without its markup."""
    content = browser(user).get("/agents/").content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def ring(story: Story, address: str, **options: Any) -> TheirLeg:
    story.simulator.phones.set(address, "rings_out")
    world = story.simulator.world
    leg = world.legs.dial(
        next(iter(world.state.apps.values())), SUPPORT_NUMBER, address, DialOptions(timeout_secs=600, **options)
    )
    story.deliver()
    return leg


# Each state, and back.


def test_nobody_is_on_the_phone(marta: User):
    row = ana(marta)
    assert row.status == "Idle"
    assert row.since is None
    assert row.legs == ()
    assert "Ana Ruiz Support Join next call Idle no call to join" in shown(marta)


def test_a_phone_rings_and_is_given_up(story: Story, marta: User):
    leg = ring(story, ANA)
    row = ana(marta)
    assert (row.status, [one.reason for one in row.legs]) == ("Ringing", [NOT_JOINABLE])
    assert row.since == Leg.objects.get().started_at
    story.simulator.far_end_hangs_up(leg)
    story.deliver()
    row = ana(marta)
    assert row.status == "Idle"
    assert row.legs == ()
    assert row.since == Leg.objects.get().ended_at


def test_phone_is_answered_outside_a_conference_then_in_one(story: Story, marta: User):
    world, _ = story.call(LUIS)
    leg = story.simulator.dial(ANA)
    story.deliver()
    row = ana(marta)
    assert row.status == "In no conference"
    assert row.legs[0].call is None
    assert row.legs[0].reason == NOT_JOINABLE
    assert row.since == Leg.objects.get(agent__name="Ana Ruiz").answered_at
    story.simulator.join(world, leg)
    story.deliver()
    row = ana(marta)
    assert (row.status, row.legs[0].reason) == ("Talking", "")
    assert [one.role for one in row.legs[0].call.actions] == ["monitor", "whisper", "barge"]


def test_talking_with_whom_and_since_when(story: Story, marta: User):
    _, call = story.call(ANA, LUIS)
    row = ana(marta)
    (leg,) = row.legs
    assert (row.status, leg.people) == ("Talking", ("+1 415-555-0171", "Luis Ortega"))
    assert row.since == call.participants.get(leg__agent__name="Ana Ruiz").joined_at
    assert (leg.call.pk, leg.call.queue) == (call.pk, "Helpdesk")


def test_on_hold_by_her_own_phone_and_back(story: Story, marta: User):
    story.call(ANA)
    story.simulator.far_end_holds(story.leg(ANA))
    story.deliver()
    assert (ana(marta).status, ana(marta).legs[0].on_hold) == ("On hold", True)
    story.simulator.far_end_resumes(story.leg(ANA))
    story.deliver()
    assert ana(marta).status == "Talking"


def test_on_hold_with_the_customer_on_hold(story: Story, marta: User):
    world, _ = story.call(ANA)
    story.simulator.world.participation.hold([world.leg(CUSTOMER).participant])
    story.pass_time(8)
    read_everything_back()
    assert ana(marta).status == "On hold"
    story.simulator.world.participation.hold([world.leg(CUSTOMER).participant], held=False)
    story.pass_time(8)
    read_everything_back()
    assert ana(marta).status == "Talking"


def test_muted_and_unmuted(story: Story, marta: User):
    world, _ = story.call(ANA)
    for muted, word in ((True, "Muted"), (False, "Talking")):
        story.simulator.world.participation.mute([world.leg(ANA).participant], muted=muted)
        story.pass_time(8)
        read_everything_back()
        assert (ana(marta).status, ana(marta).legs[0].muted) == (word, muted)


def test_alone_in_a_call(story: Story, marta: User):
    world, _ = story.call(ANA)
    story.simulator.far_end_hangs_up(world.leg(CUSTOMER))
    story.deliver()
    assert (ana(marta).status, ana(marta).legs[0].lead) == ("No customer", "nobody else in the call")


def test_in_two_calls_and_in_one_again(story: Story, marta: User):
    story.call(ANA)
    world, second = story.call(ANA, customer=OTHER)
    row = ana(marta)
    assert row.status == "In two calls"
    assert row.label == "In two calls"
    assert len(row.legs) == 2
    assert row.since == second.participants.get(leg__agent__name="Ana Ruiz").joined_at
    assert all(len(one.call.actions) == 3 for one in row.legs)
    story.simulator.far_end_hangs_up(world.leg(ANA))
    story.deliver()
    assert (ana(marta).status, len(ana(marta).legs)) == ("Talking", 1)


def test_in_three_calls(story: Story, marta: User):
    for customer in (CUSTOMER, OTHER, "+14155550178"):
        story.call(ANA, customer=customer)
    assert (ana(marta).status, ana(marta).label) == ("In two calls", "In 3 calls")


def test_ringing_phone_is_listed_while_she_still_talks(story: Story, marta: User):
    story.call(ANA)
    ring(story, ANA)
    assert (ana(marta).status, [one.status for one in ana(marta).legs]) == ("Talking", ["Talking", "Ringing"])


def test_a_leg_of_which_nobody_told_how_it_began(story: Story, marta: User):
    leg = ring(story, ANA)
    Leg.objects.update(state="unknown", started_at=None)
    row = ana(marta)
    assert row.status == "Not known"
    assert row.since is None
    assert row.legs[0].call_control_id == leg.call_control_id


def test_phone_rings_before_it_is_answered_in_the_conference(story: Story, marta: User):
    world, _ = story.call(LUIS)
    story.simulator.join(world, ring(story, ANA))
    story.deliver()
    assert ana(marta).status == "Ringing"


def test_whom_she_calls_out_of_her_browser(story: Story, marta: User):
    story.simulator.dial_out(ANA, OTHER)
    story.deliver()
    (leg,) = ana(marta).legs
    assert leg.status == "In no conference"
    assert leg.lead == "calls"
    assert leg.people == ("+1 415-555-0177",)


def test_for_which_call_her_phone_rings(story: Story, marta: User):
    world, call = story.call(LUIS)
    ring(story, ANA, link_to=world.leg(CUSTOMER))
    (leg,) = ana(marta).legs
    assert leg.lead == "rings for"
    assert leg.people == ("+1 415-555-0171",)
    assert leg.calling.pk == call.pk
    assert (leg.call, leg.reason) == (None, NOT_JOINABLE)
    story.simulator.world.conferences.end_by_command(world)
    story.deliver()
    assert ana(marta).legs[0].calling is None


def test_with_whom_she_is_connected_without_a_conference(story: Story, marta: User):
    caller = story.simulator.incoming_call(CUSTOMER, SUPPORT_NUMBER)
    story.simulator.world.legs.answer(caller)
    story.simulator.far_end_answers(ring(story, ANA, link_to=caller))
    story.deliver()
    (leg,) = ana(marta).legs
    assert leg.status == "In no conference"
    assert leg.lead == "in the same call as"
    assert leg.people == ("+1 415-555-0171",)


# Who sees what.


def test_a_team_is_seen_by_its_supervisors_alone(story: Story, marta: User, ben: User):
    story.call(ANA, CHEN)
    assert ([*rows(marta)], [*rows(ben)]) == (["Ana Ruiz", "Luis Ortega"], ["Chen Wei"])
    assert "Ana Ruiz" in shown(ben)  # she is with him
    assert "Chen Wei Sales Join next call Talking" in shown(ben)
    assert "Luis Ortega" not in shown(ben)


def test_who_looks_after_no_team_is_told_so(cleo: User):
    assert (rows(cleo), "You look after no team yet" in shown(cleo)) == ({}, True)


def test_nobody_looks_without_a_login(client: Any):
    assert client.get("/agents/").status_code == 302


def test_numbers_are_masked_like_the_boards(story: Story, ben: User):
    story.call(CHEN, queue=SALES_NUMBER)
    story.simulator.dial_out(CHEN, OTHER)
    story.deliver()
    assert [people for one in rows(ben)["Chen Wei"].legs for people in one.people] != []
    content = browser(ben).get("/agents/").content.decode()
    for number in (CUSTOMER, OTHER):
        assert (number in content, number[-4:] in shown(ben)) == (False, False)
    assert "••71" in shown(ben)
    assert "••77" in shown(ben)


def test_call_hidden_from_the_viewer_is_not_named(story: Story, marta: User):
    world, _ = story.call(CHEN, queue=SALES_NUMBER)
    ring(story, ANA, link_to=world.leg(CUSTOMER))
    (leg,) = ana(marta).legs
    assert leg.calling is None
    assert leg.people == ()
    assert leg.lead == "rings; for whom is not known"


def test_one_may_only_what_one_may(story: Story, ben: User):
    story.call(CHEN, queue=SALES_NUMBER)
    (leg,) = rows(ben)["Chen Wei"].legs
    assert [one.role for one in leg.call.actions] == ["monitor"]
    ben.user_permissions.set(Permission.objects.filter(codename="view_board"))
    assert "You may see this call, not join it." in shown(User.objects.get(pk=ben.pk))


def test_who_supervises_her(story: Story, marta: User):
    story.simulator.phones.set("sip:marta@supervisors.example", "answers", after=0.5)
    _, call = story.call(ANA)
    story.supervise(marta, call)
    assert [one.phrase for one in ana(marta).legs[0].supervisors] == ["Marta Gil monitors"]
    assert rows(marta)["Luis Ortega"].legs == ()


def test_shared_phone_is_on_every_possible_users_row(story: Story, marta: User, directory: Any):
    AgentAddress.objects.create(agent=directory.luis, address=ANA)
    story.call(ANA)
    found = rows(marta)
    assert {name: (row.label, row.legs[0].others) for name, row in found.items()} == {
        "Ana Ruiz": ("Perhaps: Talking", ("Luis Ortega",)),
        "Luis Ortega": ("Perhaps: Talking", ("Ana Ruiz",)),
    }
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.deliver()
    assert [(row.label, row.since) for row in rows(marta).values()] == [("Idle", None), ("Idle", None)]


def test_shared_phone_belongs_to_the_one_who_signed_in(story: Story, marta: User, directory: Any):
    other = AgentAddress.objects.create(agent=directory.luis, address=ANA)
    story.call(ANA)
    with reaching_live_calls():
        AgentAddress.objects.filter(pk=other.pk).update(signed_in_at=story.now())
    assert {name: row.label for name, row in rows(marta).items()} == {"Ana Ruiz": "Idle", "Luis Ortega": "Talking"}


def test_number_of_queries_does_not_grow_with_the_calls(story: Story, marta: User):
    def queries() -> int:
        rows(marta)
        with CaptureQueriesContext(connection) as asked:
            rows(marta)
        return len(asked)

    story.call(ANA)
    ring(story, LUIS)
    before = queries()
    for customer in (OTHER, "+14155550178", "+14155550179"):
        story.call(LUIS, customer=customer)
        ring(story, ANA)
    assert queries() == before


# What an open page is told.


def told(user: User, number: int) -> list[str]:
    """The rows that a page which knows everything up to that number is sent."""
    agents = {f"agent-{one.pk}": one.name for one in Agent.objects.all()}
    return sorted(agents[row] for row in AgentRows(number).since(audience_of(user), number))


def test_a_change_is_told_to_those_who_see_her(story: Story, marta: User, ben: User):
    story.call(ANA)
    number = latest()
    ring(story, LUIS)
    assert (told(marta, number), told(ben, number)) == (["Luis Ortega"], [])


def test_a_change_of_her_call_is_told(story: Story, marta: User):
    world, _ = story.call(ANA)
    number = latest()
    story.simulator.far_end_hangs_up(world.leg(CUSTOMER))
    story.deliver()
    assert told(marta, number) == ["Ana Ruiz"]


def test_change_of_the_call_ringing_her_is_told(story: Story, marta: User):
    world, _ = story.call(LUIS)
    ring(story, ANA, link_to=world.leg(CUSTOMER))
    number = latest()
    story.simulator.world.conferences.end_by_command(world)
    story.deliver()
    assert told(marta, number) == ["Ana Ruiz", "Luis Ortega"]


def test_a_change_of_the_other_end_is_told(story: Story, marta: User):
    caller = story.simulator.incoming_call(CUSTOMER, SUPPORT_NUMBER)
    ring(story, ANA, link_to=caller)
    number = latest()
    story.simulator.far_end_hangs_up(caller)
    story.deliver()
    assert told(marta, number) == ["Ana Ruiz"]


@pytest.mark.django_db(transaction=True)
async def test_page_is_told_of_a_phone_that_rings(story: Story, marta: User, open_page: Callable[..., Any]):
    page: Page = await open_page(marta, "view=agents&since=0")
    first = await page.frame()
    teams = await in_thread(lambda: audience_of(marta).teams)()
    assert first["live"] == await in_thread(listed)(teams)
    await in_thread(ring)(story, ANA)
    frame = await page.until(lambda frame: bool(frame.get("rows")))
    pk = await in_thread(lambda: Agent.objects.get(name="Ana Ruiz").pk)()
    assert (frame["rows"], "Ringing" in frame["content"]) == ([f"agent-{pk}"], True)


# The same on the board.


def board(user: User) -> str:
    content = browser(user).get("/").content.decode().partition('id="conferences"')[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def test_a_call_that_waits_says_whom_it_calls(story: Story, marta: User):
    caller = story.simulator.incoming_call(CUSTOMER, SUPPORT_NUMBER)
    story.simulator.world.legs.answer(caller)
    story.simulator.world.conferences.create(caller, "Waiting")
    story.deliver()
    assert "No agent 0:00 Agents no agent" in board(marta)
    leg = ring(story, ANA, link_to=caller)
    assert "No agent 0:00 Agents calling Ana Ruiz 0:00" in board(marta)
    story.wait(8)
    assert re.search("No agent 0:0[78] Agents calling Ana Ruiz 0:0[78]", board(marta))
    assert re.search("Ana Ruiz rings for 0:0[78]", " ".join(detail(marta).split()))
    story.simulator.far_end_hangs_up(leg)
    story.deliver()
    assert re.search("No agent 0:0[78] Agents no agent", board(marta))


def detail(user: User) -> str:
    pk = Conference.objects.get().pk
    return unescape(re.sub(r"<[^>]+>", " ", browser(user).get(f"/conferences/{pk}/").content.decode()))


@pytest.mark.django_db(transaction=True)
async def test_a_board_is_told_whom_a_call_calls(story: Story, marta: User, open_page: Callable[..., Any]):
    world, _ = await in_thread(story.call)(LUIS)
    page: Page = await open_page(marta, f"since={await in_thread(latest)()}")
    leg = await in_thread(lambda: ring(story, ANA, link_to=world.leg(CUSTOMER)))()
    frame = await page.until(lambda frame: "calling" in frame.get("content", ""))
    assert "Ana Ruiz" in frame["content"]
    await in_thread(story.simulator.far_end_hangs_up)(leg)
    await in_thread(story.deliver)()
    frame = await page.until(lambda frame: "calling" not in frame.get("content", "calling"))
    assert ("Luis Ortega" in frame["content"], "Ana Ruiz" in frame["content"]) == (True, False)


# What is over today, and in which order.


def test_last_call_and_calls_of_today(story: Story, marta: User):
    for seconds in (60, 90):
        world, _ = story.call(ANA)
        story.pass_time(seconds)
        story.simulator.world.conferences.complete(world, "all_left", hang_up=True)
        story.pass_time(1)
    story.call(ANA)
    row = ana(marta)
    assert (row.calls, row.last.queue, row.status) == (2, "Helpdesk", "Talking")
    assert (round(row.talked.total_seconds(), -1), round(row.last.lasted.total_seconds(), -1)) == (150, 90)
    assert "2 calls today, 2:3" in shown(marta)
    story.wait(24 * 3600)
    assert ana(marta).calls == 0


def test_sorted_and_grouped_by_the_address(story: Story, marta: User, directory: Any):
    marta.supervisor.teams.add(directory.sales)
    story.call(LUIS)
    names = re.compile(r'<h2 class="group" data-group="[^"]*">\s*<bdi>([^<]*)|class="name">(Ana|Luis|Chen)')

    def order(query: str) -> list[str]:
        found = names.findall(browser(marta).get(f"/agents/?{query}").content.decode().partition('id="agents"')[2])
        shown = [one for one, then in pairwise([*found, ("", "")]) if one[1] or then[1]]  # a heading over no row is not
        return [heading or name for heading, name in shown if heading or name]

    assert order("")[:3] == ["Chen", "Ana", "Luis"]
    assert order("sort=state")[0] == "Luis"
    assert order("group=team") == ["Sales", "Chen", "Support", "Ana", "Luis"]
    assert order("group=state")[:2] == ["Talking", "Luis"]
    assert order("sort=nothing&group=such") == order("")


def test_a_call_leads_to_its_agents_and_back(story: Story, marta: User):
    _, conference = story.call(ANA)
    agent = Agent.objects.get(name="Ana Ruiz")
    page = browser(marta).get(f"/conferences/{conference.pk}/").content.decode()
    assert f'href="/agents/#agent-{agent.pk}"' in page
    assert page.count("/agents/#agent-") == 1  # the customer is in no directory
    agents = browser(marta).get("/agents/").content.decode()
    assert (f'id="agent-{agent.pk}"' in agents, f'href="/conferences/{conference.pk}/"' in agents) == (True, True)
    for address in (ANA, CUSTOMER):
        story.simulator.far_end_hangs_up(story.leg(address))
    story.pass_time(2)
    past = f"/history/?agent={agent.pk}"
    assert f'href="{past}"' in browser(marta).get("/agents/").content.decode()
    assert f"/conferences/{conference.pk}/" in browser(marta).get(past).content.decode()
