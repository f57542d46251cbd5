"""What she is told of who left or came is true when she reads it, and gone when its moment is."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from conferences.supervision import requests
from conferences.supervision.notices import listed
from dashboard.presenters import fragments
from tests.support.markup import on_one_line
from tests.support.story import ANA, CHEN, CUSTOMER, DESK, LUIS, Story, browser

pytestmark = pytest.mark.slow

ALONE_WITH_LUIS = "Luis Ortega left the call. Nobody else heard your whisper, so now you only listen."


def aside(user: Any) -> str:
    """The notice in her bar."""
    found = re.search(r'<p class="aside">.*?<span>(.*?)</span></p>', on_one_line(fragments.panel(user)))
    return unescape(re.sub(r"<[^>]+>", "", found[1])) if found else ""


def offered(user: Any) -> list[str]:
    """The legs that the button beside the notice would whisper to."""
    form = fragments.panel(user).partition('id="supervision-instead"')[2].partition("</form>")[0]
    return re.findall(r'name="targets" value="([^"]+)"', form)


def ticks(user: Any) -> dict[str, bool]:
    """Whom the boxes in her bar are for, and whether they come ticked."""
    form = on_one_line(fragments.panel(user)).partition('id="supervision-change"')[2].partition("</fieldset>")[0]
    found = re.findall(r'value="([^"]+)"( checked)?[^>]*hx-morph-skip><bdi class="name">(.*?)</bdi>', form)
    return {name: bool(checked) for _, checked, name in found}


class Whisper:
    def __init__(self, story: Story, user: Any, agents: tuple[str, ...], to: tuple[str, ...]) -> None:
        self.story, self.user = story, user
        self.world, conference = story.call(*agents)
        for _ in range(5):
            story.pass_time()
        self.mine = story.supervise(user, conference, role="whisper", to=to)

    def leaves(self, address: str) -> None:
        self.story.simulator.far_end_hangs_up(self.story.leg(address))
        self.settles()

    def comes(self, address: str) -> None:
        self.story.simulator.join(self.world, self.story.simulator.dial(address))
        self.settles()

    def settles(self, seconds: int = 3) -> None:
        for _ in range(seconds):
            self.story.pass_time()

    def heard_by(self) -> set[str]:
        heard = self.story.hear(self.world, self.story.leg(DESK))
        return {self.story.simulator.state.legs[one].far_end for one in heard}


def test_the_only_target_leaves_while_another_agent_stays(story: Story, marta):
    told = Whisper(story, marta, (ANA, LUIS), (LUIS,))
    told.leaves(LUIS)
    assert aside(marta) == ALONE_WITH_LUIS
    assert offered(marta) == [story.leg(ANA).call_control_id]
    assert ticks(marta) == {"Ana Ruiz": True}
    pressed = {"role": "whisper", "targets": offered(marta)}
    browser(marta).post(f"/supervisions/{told.mine.pk}/change/", pressed)
    told.settles()
    assert (told.heard_by(), aside(marta)) == ({ANA}, "")


def test_with_no_agent_left_nobody_is_offered(story: Story, marta):
    told = Whisper(story, marta, (LUIS,), (LUIS,))
    told.leaves(LUIS)
    assert aside(marta) == ALONE_WITH_LUIS
    assert offered(marta) == []
    assert ticks(marta) == {}
    assert "No agent is in the call to whisper to" in fragments.panel(marta)


@pytest.mark.parametrize(
    "moment",
    ["changes to barge", "stays a monitor by her own press", "somebody joins", "the one comes back", "call ends"],
)
def test_it_goes_when_its_moment_is_over(story: Story, marta, moment):
    told = Whisper(story, marta, (ANA, LUIS), (LUIS,))
    told.leaves(LUIS)
    assert aside(marta) == ALONE_WITH_LUIS
    told.mine.refresh_from_db()
    if moment == "changes to barge":
        requests.change(told.mine, role="barge", targets=[])
    elif moment == "stays a monitor by her own press":
        requests.change(told.mine, role="monitor", targets=[])
    elif moment == "somebody joins":
        told.comes(CHEN)
    elif moment == "the one comes back":
        told.comes(LUIS)
    else:
        story.simulator.world.conferences.end_by_command(told.world)
    told.settles(5)
    assert "left the call" not in fragments.panel(marta)
    assert offered(marta) == []


def test_it_stays_while_it_is_so(story: Story, marta):
    """And after everybody who could be offered has left as well, only the offer goes."""
    told = Whisper(story, marta, (ANA, LUIS), (LUIS,))
    told.leaves(LUIS)
    told.settles(60)
    assert aside(marta) == ALONE_WITH_LUIS
    told.leaves(ANA)
    assert (aside(marta), offered(marta)) == (ALONE_WITH_LUIS, [])


def test_after_a_target_left_boxes_match_the_form(story: Story, marta):
    """All agents, the newcomer among them: pressing Whisper then goes to whom it says."""
    told = Whisper(story, marta, (ANA, LUIS), (LUIS,))
    assert ticks(marta) == {"Ana Ruiz": False, "Luis Ortega": True}
    told.leaves(LUIS)
    told.comes(CHEN)
    assert ticks(marta) == {"Ana Ruiz": True, "Chen Wei": True}
    sent = [one.call_control_id for one in (story.leg(ANA), story.leg(CHEN))]
    browser(marta).post(f"/supervisions/{told.mine.pk}/change/", {"role": "whisper", "targets": sent})
    told.settles()
    assert told.heard_by() == {ANA, CHEN}


def test_one_of_several_targets_leaves(story: Story, marta):
    told = Whisper(story, marta, (ANA, LUIS, CHEN), (ANA, LUIS))
    told.leaves(LUIS)
    assert aside(marta) == "Luis Ortega left the call. You still whisper to Ana Ruiz."
    assert (offered(marta), told.heard_by()) == ([], {ANA})
    requests.change(told.mine, role="whisper", targets=[story.leg(one).call_control_id for one in (ANA, CHEN)])
    told.settles()
    assert aside(marta) == ""


def test_newcomer_who_leaves_again_is_mentioned_no_more(story: Story, marta):
    told = Whisper(story, marta, (ANA,), (ANA,))
    told.comes(LUIS)
    assert aside(marta) == "Luis Ortega joined the call and does not hear you."
    told.leaves(LUIS)
    assert aside(marta) == ""


def test_a_customer_who_leaves_is_no_target(story: Story, marta):
    told = Whisper(story, marta, (ANA, LUIS), (ANA,))
    told.leaves(CUSTOMER)
    assert (aside(marta), told.heard_by()) == ("", {ANA})


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Jonas"], "Jonas"),
        (["Jonas", "Mireia"], "Jonas and Mireia"),
        (["Jonas", "Mireia", "Tom"], "Jonas, Mireia and Tom"),
        (["Jonas", "Mireia", "Tom", "Wei"], "Jonas, Mireia and 2 more"),
        (["a", "b", "c", "d", "e", "f", "g"], "a, b and 5 more"),
    ],
)
def test_many_names_are_counted(names, said):
    assert listed(names) == said
