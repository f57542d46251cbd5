"""Who comes and goes while somebody whispers: she is told, the rest stay, and a newcomer is added with one key."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conferences.supervision import requests
from tests.support.story import ANA, CHEN, DESK, LUIS, Story, browser


@pytest.fixture
def joined_later(story: Story, marta):
    """A whisper to Ana, and somebody on a phone that joins it afterwards."""
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))

    def join(address: str) -> Any:
        leg = story.simulator.dial(address)
        story.simulator.join(world, leg)
        story.pass_time()
        mine.refresh_from_db()
        return leg

    return world, mine, join


def adding(marta) -> list[str]:
    """The targets that the button on the panel would send."""
    form = browser(marta).get("/").content.decode().partition('id="supervision-add"')[2].partition("</form>")[0]
    return re.findall(r'name="targets" value="([^"]+)"', form)


@pytest.mark.parametrize(
    ("address", "notice"),
    [
        (LUIS, "Luis Ortega joined the call and does not hear you."),
        (ANA, "Ana Ruiz joined with another phone, which does not hear you."),
    ],
)
def test_new_agent_is_announced_and_added_by_one_button(story: Story, marta, joined_later, address, notice):
    world, mine, join = joined_later
    first = story.leg(ANA)
    new = join(address)
    me = story.leg(DESK)
    assert (mine.notice, story.hear(world, me)) == (notice, {first.call_control_id})
    browser(marta).post(f"/supervisions/{mine.pk}/change/", {"role": "whisper", "targets": adding(marta)})
    story.pass_time()
    assert story.hear(world, me) == {first.call_control_id, new.call_control_id}
    assert adding(marta) == []


def test_agent_who_leaves_or_is_unchosen_is_not_offered(story: Story, marta, joined_later):
    _, mine, join = joined_later
    luis = join(LUIS)
    offered = [adding(marta)[1:]]
    story.simulator.far_end_hangs_up(luis)
    story.pass_time()
    offered.append(adding(marta))
    chen = join(CHEN)
    offered.append(adding(marta)[1:])
    requests.change(mine, role="whisper", targets=[story.leg(ANA).call_control_id])
    story.pass_time()
    assert [*offered, adding(marta)] == [[luis.call_control_id], [], [chen.call_control_id], []]


def test_newcomer_of_another_mode_once_chosen_gets_no_notice(story: Story, marta, joined_later):
    world, mine, join = joined_later
    requests.change(mine, role="barge", targets=[])
    story.pass_time()
    luis = join(LUIS)
    silent = mine.notice
    targets = [story.leg(ANA).call_control_id, luis.call_control_id]
    requests.change(mine, role="whisper", targets=targets)
    story.pass_time()
    mine.refresh_from_db()
    assert silent == ""
    assert mine.notice == ""
    assert adding(marta) == []
    assert story.hear(world, story.leg(DESK)) == set(targets)


def test_customer_who_joins_is_not_offered_as_a_target(story: Story, marta, joined_later):
    _, _, join = joined_later
    join("+14155550188")
    assert adding(marta) == []


def test_two_who_are_left_still_hear(story: Story, marta):
    world, conference = story.call(ANA, LUIS, CHEN)
    for _ in range(5):
        story.pass_time()
    mine = story.supervise(marta, conference, role="whisper", to=(ANA, LUIS, CHEN))
    story.simulator.far_end_hangs_up(story.leg(LUIS))
    story.pass_time()
    mine.refresh_from_db()
    assert mine.notice == "Luis Ortega left the call. You still whisper to Ana Ruiz and Chen Wei."
    hear = {story.leg(one).call_control_id for one in (ANA, CHEN)}
    assert (set(mine.accepted_targets), story.hear(world, story.leg(DESK))) == (hear, hear)
