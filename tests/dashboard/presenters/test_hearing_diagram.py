"""Who hears whom, told in a table and drawn."""

from __future__ import annotations

import math

import pytest

from conferences.audibility import Party
from dashboard.presenters.hearing.diagram import MOST, picture
from tests.support.story import ANA, LUIS, Story, browser


def people(*supervisors):
    return [
        Party("customer", "+34 ••12", "customer", muted=False, on_hold=False),
        Party("ana", "Ana", "agent", muted=False, on_hold=False),
        *supervisors,
    ]


WHISPERER = Party(
    "marta", "Marta", "supervisor", role="whisper", targets=frozenset({"ana"}), muted=False, on_hold=False
)


def told(made):
    return {line.name: [cell.words if cell else None for cell in line.cells] for line in made.lines}


def test_the_table_says_of_each_listener_whom_they_hear():
    made = picture(people(WHISPERER), True)
    assert made.columns == ("+34 ••12", "Ana", "Marta")
    assert told(made) == {
        "+34 ••12": [None, "hears", "does not hear"],
        "Ana": ["hears", None, "hears"],
        "Marta": ["hears", "hears", None],
    }


def test_a_voice_that_is_not_heard_has_no_arrow():
    assert len(picture(people(WHISPERER), True).voices) == 5
    assert len(picture(people(), True).voices) == 2


def test_what_is_not_known_is_drawn_as_such():
    unread = Party("luis", "Luis", "agent")
    certainties = {one.certainty for one in picture(people(unread), True).voices}
    assert certainties == {"yes", "unknown"}


def test_arrows_end_before_the_people_they_point_to():
    made = picture(people(WHISPERER), True)
    nearest = min(math.dist((one.x2, one.y2), (dot.x, dot.y)) for one in made.voices for dot in made.dots)
    assert nearest > 20


@pytest.mark.parametrize(("count", "drawn"), [(1, False), (2, True), (MOST, True), (MOST + 1, False)])
def test_single_person_and_a_crowd_have_only_the_table(count, drawn):
    crowd = [Party(str(number), f"Agent {number}", "agent", muted=False, on_hold=False) for number in range(count)]
    made = picture(crowd, True)
    assert (bool(made.dots), len(made.lines)) == (drawn, count)


def test_the_conference_page_shows_both(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    for _ in range(8):
        story.pass_time()
    page = browser(marta).get(f"/conferences/{conference.pk}/").content.decode()
    drawn = page.split('class="picture"')[1]
    assert (drawn.count("<circle"), drawn.count('<th scope="row">')) == (3, 3)
