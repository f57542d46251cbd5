"""Two supervisors on one call: each reads how the other takes part, before joining, after it and at every change."""

from __future__ import annotations

import re
from html import unescape

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from conferences.models import Device
from tests.support.markup import on_one_line
from tests.support.story import ALL_MODES, ANA, CHEN, LUIS, SALES_NUMBER, Story, browser, make_supervisor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
in_thread = sync_to_async

WHISPERS = "Marta Gil whispers to Luis Ortega"
BARGES = "Dana Roy barges in"
ROW, CALL, FORM = "/", "/conferences/{}/", "/conferences/{}/supervise/"


@pytest.fixture
def dana(directory) -> User:
    """Another supervisor of Support, who may do everything too."""
    user = make_supervisor("dana", "Dana Roy", [directory.support], ALL_MODES)
    Device.objects.create(supervisor=user.supervisor, name="Headset", address="sip:dana@supervisors.example")
    return user


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def read(user: User, path: str, conference) -> str:
    """What this user reads on a page."""
    return words(browser(user).get(path.format(conference.pk)).content.decode())


def switch(story: Story, mine, role: str, *to: str) -> None:
    """Post another mode as the supervisor would."""
    form = {"role": role, "targets": [story.leg(one).call_control_id for one in to]}
    browser(mine.user).post(f"/supervisions/{mine.pk}/change/", form)
    story.pass_time()


def panel(user: User) -> str:
    page = on_one_line(browser(user).get("/").content.decode())
    return words(page.split('<section id="supervision"')[1].split("</section>")[0])


@pytest.mark.parametrize("path", [ROW, CALL, FORM])
def test_supervisor_not_yet_joined_reads_how_the_other_participates(story: Story, marta, dana, path):
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference)
    assert "Marta Gil monitors" in read(dana, path, conference)
    switch(story, mine, "whisper", LUIS)
    assert WHISPERS in read(dana, path, conference)


@pytest.mark.parametrize("path", [ROW, CALL])
def test_both_read_of_each_other_once_both_are_in(story: Story, marta, dana, path):
    _, conference = story.call(ANA, LUIS)
    story.supervise(marta, conference, role="whisper", to=(LUIS,))
    story.supervise(dana, conference, role="barge")
    for user in (marta, dana):
        page = read(user, path, conference)
        assert (WHISPERS in page, BARGES in page) == (True, True)


def test_supervisor_being_connected_is_on_the_row_as_such(story: Story, marta, dana):
    _, conference = story.call(ANA, LUIS)
    story.simulator.phones.set("sip:dana@supervisors.example", "rings_out")
    story.supervise(dana, conference, role="barge")
    assert f"{BARGES} (being connected)" in read(marta, ROW, conference)


def test_own_panel_names_the_other_among_those_not_hearing(story: Story, marta, dana):
    _, conference = story.call(ANA, LUIS)
    story.supervise(marta, conference, role="whisper", to=(LUIS,))
    assert "Dana Roy" not in panel(marta)
    story.supervise(dana, conference, role="barge")
    assert "Dana Roy" in panel(marta)


async def test_every_change_is_pushed_to_the_others_open_pages(story: Story, marta, dana, open_page):
    _, conference = await in_thread(story.call)(ANA, LUIS)
    pages = [await open_page(dana), await open_page(dana, f"since=0&conference={conference.pk}")]
    mine = await in_thread(story.supervise)(marta, conference)
    for page in pages:
        await page.until(lambda frame: "Marta Gil monitors" in words(frame.get("content", "")))
    await in_thread(switch)(story, mine, "whisper", LUIS)
    for page in pages:
        await page.until(lambda frame: WHISPERS in words(frame.get("content", "")))


async def test_one_who_is_in_is_pushed_that_another_barges(story: Story, marta, dana, open_page):
    _, conference = await in_thread(story.call)(ANA, LUIS)
    await in_thread(story.supervise)(marta, conference, role="whisper", to=(LUIS,))
    pages = [await open_page(marta), await open_page(marta, f"since=0&conference={conference.pk}")]
    await in_thread(story.supervise)(dana, conference, role="barge")
    for page in pages:
        frame = await page.until(lambda frame: f"{BARGES} (" not in (said := words(frame.get("content", "")))
                                 and BARGES in said)  # fmt: skip
        assert WHISPERS in words(frame["content"])


@pytest.mark.parametrize("path", [ROW, CALL, FORM])
def test_a_supervisor_of_another_team_reads_of_neither(story: Story, marta, dana, ben, path):
    _, ours = story.call(ANA, LUIS)
    _, theirs = story.call(CHEN, queue=SALES_NUMBER, customer="+14155550172")
    story.supervise(marta, ours, role="whisper", to=(LUIS,))
    story.supervise(ben, theirs)
    assert not re.search("Marta|Luis", read(ben, path, ours))
    assert not re.search("Ben|Chen", read(dana, path, theirs))


async def test_supervisor_of_another_team_is_pushed_nothing_of_them(story: Story, marta, ben, open_page):
    _, conference = await in_thread(story.call)(ANA, LUIS)
    page = await open_page(ben)
    await page.frame()
    mine = await in_thread(story.supervise)(marta, conference)
    await in_thread(switch)(story, mine, "whisper", LUIS)
    await in_thread(story.call)(CHEN, queue=SALES_NUMBER, customer="+14155550172")
    told: list[str] = []
    await page.until(lambda frame: told.append(frame.get("content", "")) or "Chen Wei" in told[-1])
    assert not re.search("Marta|Ana|Luis", words(" ".join(told)))
