"""Who hears whom, in a form before joining and in a dialog while supervising: sentence, picture and table agree."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conferences.models import Conference
from tests.support.markup import on_one_line
from tests.support.story import ANA, LUIS, Story, browser


@pytest.fixture
def call(story: Story, directory: Any) -> Conference:
    _, conference = story.call(ANA, LUIS)
    for _ in range(5):
        story.pass_time()
    return conference


def ask(user: Any, conference: Conference, **query: Any) -> str:
    return on_one_line(browser(user).get(f"/conferences/{conference.pk}/hearing/", query).content.decode())


def said(page: str) -> str:
    found = re.search(r'class="said".*?<span>(.*?)</span>', page, re.DOTALL)
    return found[1] if found else ""


def row(page: str, listener: str) -> list[str]:
    """The cells of one listener."""
    line = page.partition(f'<th scope="row"><bdi>{listener}</bdi></th>')[2].partition("</tr>")[0]
    return re.findall(r"<td[^>]*>(.*?)</td>", line)


def test_a_preview_follows_the_boxes(story: Story, marta, call):
    ana, luis = story.leg(ANA).call_control_id, story.leg(LUIS).call_control_id
    told = [said(ask(marta, call, role=role, targets=to)) for role, to in (
        ("monitor", []), ("whisper", [ana]), ("whisper", [ana, luis]), ("barge", []), ("whisper", []),
    )]  # fmt: skip
    assert told == [
        "Nobody hears you.",
        "Only Ana Ruiz hears you. +1 415-555-0171 and Luis Ortega do not.",
        "Only Ana Ruiz and Luis Ortega hear you. +1 415-555-0171 does not.",
        "Everyone hears you, including +1 415-555-0171.",
        "Choose at least one agent to whisper to.",
    ]


def test_table_and_picture_agree_with_the_sentence(story: Story, marta, call):
    page = ask(marta, call, role="whisper", targets=[story.leg(ANA).call_control_id])
    heads = re.findall(r"hears <bdi>(.*?)</bdi>", page)
    mine = heads.index("You")
    assert [row(page, one)[mine] for one in ("Ana Ruiz", "Luis Ortega", "+1 415-555-0171")] == [
        "hears", "does not hear", "does not hear",
    ]  # fmt: skip
    assert page.count("<circle") == 4
    assert page.count("<line") == 3 * 2 + 1 + 3  # all of them hear each other; Ana hears you, and you hear all


def test_customers_leg_in_the_address_is_no_target(story: Story, marta, call):
    page = ask(marta, call, role="whisper", targets=[story.leg("+14155550171").call_control_id, "x", "\0"])
    assert said(page) == "Choose at least one agent to whisper to."


def test_form_opens_with_the_preview_of_ticked_boxes(story: Story, marta, call):
    page = browser(marta).get(f"/conferences/{call.pk}/supervise/?role=whisper").content.decode()
    assert said(page) == "Only Ana Ruiz and Luis Ortega hear you. +1 415-555-0171 does not."


def test_while_supervising_the_dialog_shows_how_it_is(story: Story, marta, call):
    story.supervise(marta, call, role="whisper", to=(ANA,))
    page = ask(marta, call)
    assert said(page) == "Only Ana Ruiz hears you. +1 415-555-0171 and Luis Ortega do not."
    heads = re.findall(r"hears <bdi>(.*?)</bdi>", page)
    assert row(page, "Luis Ortega")[heads.index("Marta Gil")] == "does not hear"


def test_outsiders_preview_tells_only_of_the_others(story: Story, marta, call):
    page = ask(marta, call)
    assert (said(page), row(page, "Luis Ortega").count("hears")) == ("", 2)


def test_a_call_that_ended_meanwhile_has_nobody_who_hears(story: Story, marta, call):
    for address in (ANA, LUIS, "+14155550171"):
        story.simulator.far_end_hangs_up(story.leg(address))
    story.pass_time()
    assert "This call has ended." in ask(marta, call)
    assert "<line" not in ask(marta, call, role="barge")


def test_another_teams_call_is_not_told_of(story: Story, ben, call):
    assert browser(ben).get(f"/conferences/{call.pk}/hearing/").status_code == 404


def test_numbers_are_masked_for_those_without_the_right(story: Story, marta, call):
    marta.user_permissions.set(marta.user_permissions.exclude(codename="view_customer_number"))
    page = ask(marta, call, role="barge")
    assert ("415-555-0171" in page, "+1 ••• ••71" in page) == (False, True)
