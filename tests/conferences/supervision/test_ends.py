"""How it ended for her is told truly, in whatever order the events of the end arrive, twice or late."""

from __future__ import annotations

import itertools

import pytest
from django.test import Client

from conferences import background
from conferences.models import Conference, Supervision
from conferences.supervision import requests
from dashboard.presenters import fragments
from tests.support.story import ANA, CUSTOMER, LUIS, Story, browser, poster
from tests.support.world_diff import unheard

pytestmark = pytest.mark.slow

OVER, HUNG_UP, REMOVED = "call_ended", "hung_up", "removed"
FALSE = ("taken out", "phone hung up", "was ended", "call has ended")


def by_api(story: Story, world, leg) -> None:
    story.simulator.world.conferences.end_by_command(world)


def by_its_host(story: Story, world, leg) -> None:
    story.simulator.far_end_hangs_up(story.leg(ANA))


def by_soft_host(story: Story, world, leg) -> None:
    story.simulator.far_end_hangs_up(story.leg(LUIS))


def by_the_time_limit(story: Story, world, leg) -> None:
    story.simulator.world.conferences.complete(world, "time_exceeded", hang_up=True)


def by_all_at_once(story: Story, world, leg) -> None:
    """The center's application hangs up one after the other, hers first."""
    for one in (leg, *(stay.leg for stay in list(world.participants) if stay.leg is not leg)):
        story.simulator.world.legs.hang_up(one)


def by_herself(story: Story, world, leg) -> None:
    story.simulator.far_end_hangs_up(leg)


def by_removal(story: Story, world, leg) -> None:
    story.simulator.world.participation.leave(leg.participant)


WAYS = {
    by_api: OVER,
    by_its_host: OVER,
    by_soft_host: OVER,
    by_the_time_limit: OVER,
    by_all_at_once: OVER,
    by_herself: HUNG_UP,
    by_removal: REMOVED,
}


class End:
    """A call that ends, of which the events are held back; they are then told in an order of one's choosing."""

    def __init__(self, story: Story, user) -> None:
        self.story, self.user = story, user
        self.world, conference = story.call(ANA, LUIS)
        self.mine = story.supervise(user, conference)
        self.leg = story.simulator.state.legs[self.mine.call_control_id]
        story.leg(ANA).participant.end_on_exit = True
        story.leg(LUIS).participant.soft_end_on_exit = True
        self.said: list[str] = []
        self._post = poster(Client())

    def comes(self, way) -> list[dict]:
        before = len(self.story.simulator.events)
        with unheard(self.story.simulator):
            way(self.story, self.world, self.leg)
        return [one.data for one in self.story.simulator.events[before:]]

    def tell(self, data: dict, then: float = 0.0) -> None:
        body, headers = self.story.simulator.signed(data)
        assert self._post(self.story.simulator.app.webhook_url, body, headers) == 200
        if then:
            self.story.wait(then)
        background.run_due()
        self.look()

    def settle(self, seconds: int = 8) -> str:
        for _ in range(seconds):
            self.story.pass_time()
            self.look()
        self.mine.refresh_from_db()
        return self.mine.problem

    def look(self) -> None:
        page = fragments.panel(self.user)
        self.said += [one for one in FALSE if one in page]


def about_her(end: End, events: list[dict]) -> list[dict]:
    """The events that her bar hangs on: her own leg's, and the conference's end."""
    return [
        one for one in events
        if one["payload"].get("call_control_id") == end.mine.call_control_id or one["event_type"] == "conference.ended"
    ]  # fmt: skip


WORDS = {OVER: "call has ended", HUNG_UP: "phone hung up", REMOVED: "taken out"}


@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("order", range(6))
@pytest.mark.parametrize("way", WAYS, ids=lambda one: one.__name__)
def test_the_end_is_told_truly_in_every_order(story, marta, way, order, reads):
    """Every order of her own events and the conference's, those of others before or after them."""
    end = End(story, marta)
    events = end.comes(way)
    if not reads:
        story.simulator.faults.add(
            "answer", path="/v2/(conferences|calls)/", method="GET", status=500, body={}, times=None
        )
    mine = about_her(end, events)
    orders = [*itertools.permutations(mine)]
    others = [one for one in events if one not in mine]
    queue = [*others, *orders[order % len(orders)]] if order % 2 else [*orders[order % len(orders)], *others]
    for one in queue:
        end.tell(one, then=0.2)
    assert end.settle() == WAYS[way]
    assert set(end.said) == {WORDS[WAYS[way]]}


@pytest.mark.parametrize("gap", [0.0, 0.4, 1.0, 2.5])
@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("way", WAYS, ids=lambda one: one.__name__)
def test_slow_and_repeated_events_end_in_the_truth(story, marta, way, gap, twice):
    """However far apart they come, the bar ends up true; where the provider can be asked, it never said otherwise."""
    end = End(story, marta)
    for one in end.comes(way)[::-1]:
        for _ in range(1 + twice):
            end.tell(one, then=gap)
    assert end.settle() == WAYS[way]
    assert set(end.said) == {WORDS[WAYS[way]]}


@pytest.mark.parametrize("way", [by_api, by_its_host, by_soft_host, by_the_time_limit], ids=lambda one: one.__name__)
def test_what_becomes_known_too_late_is_still_put_right(story, marta, way):
    """The provider cannot be asked, and the conference's end is told long after hers."""
    end = End(story, marta)
    events = end.comes(way)
    story.simulator.faults.add("answer", path="/v2/", method="GET", status=500, body={}, times=None)
    *hers, over = sorted(about_her(end, events), key=lambda one: one["event_type"] == "conference.ended")
    for one in hers:
        end.tell(one)
    end.settle()
    end.tell(over)
    assert end.settle(2) == OVER


def test_a_call_that_ends_later_changes_nothing(story, marta):
    end = End(story, marta)
    for one in end.comes(by_herself):
        end.tell(one)
    assert end.settle(10) == HUNG_UP
    for one in end.comes(by_api):
        end.tell(one)
    assert end.settle() == HUNG_UP


def test_one_who_was_taken_out_and_is_back_stays(story, marta):
    """Her leg was moved out and in again before that settled: nothing has ended."""
    end = End(story, marta)
    for one in end.comes(by_removal):
        end.tell(one)
    story.simulator.join(end.world, end.leg, role="monitor", mute=True)
    assert end.settle() == ""
    assert (end.mine.state, end.mine.ended_at) == ("joined", None)


# What is said of those who left goes by how the call is now.


def left_words(user) -> str:
    return fragments.panel(user)


def leave(story, user) -> Supervision:
    mine = Supervision.objects.get(user=user, ended_at=None)
    requests.leave(mine)
    story.deliver()
    story.pass_time()
    return mine


def test_left_with_people_in_the_call(story, marta):
    _, conference = story.call(ANA)
    story.supervise(marta, conference)
    leave(story, marta)
    assert "You left. The call goes on without you." in left_words(marta)


def test_left_when_nobody_else_was_in_the_call(story, marta):
    _, conference = story.call(ANA)
    story.supervise(marta, conference)
    for address in (CUSTOMER, ANA):
        story.simulator.far_end_hangs_up(story.leg(address))
    story.pass_time()
    leave(story, marta)
    page = left_words(marta)
    assert "goes on without you" not in page
    assert "You left. Nobody else was in the call." in page


def test_left_and_the_call_has_ended_since(story, marta):
    world, conference = story.call(ANA)
    story.supervise(marta, conference)
    leave(story, marta)
    story.simulator.world.conferences.end_by_command(world)
    story.pass_time()
    page = left_words(marta)
    assert "goes on without you" not in page
    assert "You left. The call has ended since." in page


def test_the_page_says_so_too(story, marta):
    _, conference = story.call(ANA)
    story.supervise(marta, conference)
    leave(story, marta)
    assert Conference.objects.get(pk=conference.pk).is_live
    assert "The call goes on without you." in browser(marta).get("/").content.decode()
