"""A call's page shows the call as it was at the moment that its address asks for."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conferences.models import Gap
from tests.dashboard.views.test_agents import ring
from tests.support.markup import on_one_line
from tests.support.story import ANA, CHEN, CUSTOMER, DESK, LUIS, Story, browser


def look(user, conference, **query) -> str:
    """The part of the page about the moment, in words."""
    page = browser(user).get(f"/conferences/{conference.pk}/", query)
    assert page.status_code == 200
    found = re.search(r'<div class="heard" role="status">(.*?)</div>', on_one_line(page.content.decode()))
    assert found is not None
    return html.unescape(re.sub(r"<[^>]+>", " ", found[1])).strip()


def test_who_heard_whom_then_is_said_long_after(story: Story, marta):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    whispering = timezone.now()
    story.pass_time(30)
    for stay in list(world.participants):
        story.simulator.far_end_hangs_up(stay.leg)
    story.pass_time(30)
    said = look(marta, conference, at=whispering.isoformat())
    assert "Marta Gil whispered to Ana Ruiz." in said
    assert mine.call_control_id


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"at": "nonsense"}, "is no time such as"),
        ({"at": "0:0"}, "is no time such as"),
        ({"at": "99:99:99"}, "is no time such as"),
        ({"at": "2026-99-99T00:00"}, "is no time such as"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "is no time such as"),
        ({"at": "2001-01-01T00:00:00"}, "had not begun"),
        ({"at": "2098-01-01T00:00:00"}, "still to come"),
        ({"second": "999999"}, "still to come"),
        ({"second": "-1"}, "is no number of seconds"),
        ({"second": "1e9"}, "is no number of seconds"),
    ],
)
@pytest.mark.words
def test_a_moment_that_never_was_is_a_sentence(story: Story, marta, asked, said):
    _, conference = story.call(ANA)
    page = browser(marta).get(f"/conferences/{conference.pk}/moment/", asked)
    assert (page.status_code, said in html.unescape(page.content.decode())) == (200, True)


def test_only_who_may_see_the_call_sees_its_moments(story: Story, marta, ben):
    _, conference = story.call(ANA, customer="+34600000012")
    address = f"/conferences/{conference.pk}/moment/"
    assert [browser(one).get(address).status_code for one in (marta, ben)] == [200, 404]
    marta.user_permissions.clear()
    assert "600" not in browser(marta).get(address).content.decode()


def test_line_of_the_audit_leads_to_its_moment(story: Story, marta):
    marta.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="barge")
    story.pass_time(20)
    page = html.unescape(browser(marta).get("/audit/", {"deed": "join"}).content.decode())
    address = re.search(rf'href="(/conferences/{conference.pk}/\?at=[^"]+)"', page)
    assert address is not None
    shown = browser(marta).get(address[1].partition("#")[0]).content.decode()
    assert ("Marta Gil" in shown, "is no time such as" in shown) == (True, False)


def test_a_call_is_called_by_its_people(story: Story, marta, ben, directory):
    _, conference = story.call(ANA, LUIS, customer="+34600000012")
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    pages = {
        path: on_one_line(browser(marta).get(path).content.decode()) for path in ("/", f"/conferences/{conference.pk}/")
    }
    people = "<bdi>Ana R.</bdi> and <bdi>Luis O.</bdi> with <bdi>+34 600 00 00 12</bdi>"
    assert {path: people in page for path, page in pages.items()} == dict.fromkeys(pages, True)
    assert (
        "<title>Ana R. and Luis O. with +34 600 00 00 12 · Earshot</title>" in pages[f"/conferences/{conference.pk}/"]
    )
    ben.supervisor.teams.add(directory.support)
    assert "+34 ••• ••12" in browser(ben).get("/").content.decode()
    assert "600" not in on_one_line(browser(ben).get("/").content.decode())


def test_an_ended_call_names_its_supervisor_and_the_proof(story: Story, marta):
    world, conference = story.call(ANA)
    story.supervise(marta, conference)
    for stay in list(world.participants):
        story.simulator.far_end_hangs_up(stay.leg)
    story.pass_time(5)
    page = on_one_line(browser(marta).get(f"/conferences/{conference.pk}/").content.decode())
    assert ("Monitor confirmed by Telnyx" in page, '<bdi class="name">Supervisor</bdi>' in page) == (True, False)


def test_gaps_and_phones_that_rang_in_vain_are_drawn(story: Story, marta):
    _, conference = story.call(ANA)
    luis = ring(story, LUIS, link_to=story.leg(CUSTOMER))
    ring(story, CHEN)  # for nobody knows whom
    story.simulator.phones.set(DESK, "rings_out")
    story.supervise(marta, conference)
    story.simulator.world.legs.hang_up(luis)
    story.pass_time(40)
    begins_at = conference.created_at + timedelta(seconds=10)
    Gap.objects.create(begins_at=begins_at, ends_at=begins_at + timedelta(seconds=10), found_at=timezone.now())
    page = on_one_line(browser(marta).get(f"/conferences/{conference.pk}/").content.decode())
    lanes = re.findall(r'<li class="lane" data-kind="(\w+)" ?(data-never-in)?>.*?<bdi class="name">(.*?)</bdi>', page)
    assert sorted(lanes, key=lambda one: one[1]) == [
        ("customer", "", "+1 415-555-0171"),
        ("agent", "", "Ana Ruiz"),
        ("agent", "data-never-in", "Luis Ortega"),
        ("supervisor", "data-never-in", "Marta Gil"),
    ]
    assert (page.count('data-what="lost"'), page.count('<rect data-what="ringing"')) == (len(lanes) + 1, len(lanes))


def test_a_longer_call_takes_no_more_queries(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    client, counted = browser(marta), []
    for _ in range(2):
        client.get(f"/conferences/{conference.pk}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/conferences/{conference.pk}/")
        counted.append(len(asked))
        for _ in range(10):
            story.simulator.far_end_holds(story.leg(ANA))
            story.pass_time()
            story.simulator.far_end_resumes(story.leg(ANA))
            story.pass_time()
    assert counted[0] == counted[1]
    page = client.get(f"/conferences/{conference.pk}/").content.decode()
    assert page.count('<rect data-what="held"') == 20


def test_a_silence_that_goes_on_is_in_every_lane(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    address, drawn = f"/conferences/{conference.pk}/", []
    for seconds in (5, 30):
        story.wait(seconds)  # nothing arrives
        drawn.append(browser(marta).get(address).content.decode().count('<rect data-what="lost"'))
    assert drawn == [0, 3]


def test_now_the_timeline_says_what_the_table_says(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    story.pass_time(5)
    story.wait(3)  # nothing was read since
    page = on_one_line(browser(marta).get(f"/conferences/{conference.pk}/").content.decode())
    told = [re.findall(r'<td data-certainty="(\w+)"', one) for one in re.findall(r"<table.*?</table>", page)]
    assert [one for one in told if one] == [["yes"] * 6] * 2  # the moment's, and what is so now
    assert "may have" not in look(marta, conference)
