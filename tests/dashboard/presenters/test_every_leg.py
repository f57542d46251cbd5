"""No live leg is missing: it stands on its team's agents page, on a board, or among what belongs to no team."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conferences.models import Agent, Conference, Leg, Participant
from conferences.simulator.refusals import Refusal
from conferences.unassigned import legs as unassigned_legs
from dashboard.presenters.audience import Audience, audience_of, may_see
from dashboard.presenters.rows.agent_rows import roster
from dashboard.presenters.rows.caller_rows import callers
from tests.dashboard.views.test_agents import ring
from tests.support.story import ANA, CHEN, CUSTOMER, LUIS, SALES_NUMBER, SUPPORT_NUMBER, Story

pytestmark = [pytest.mark.scaled, pytest.mark.slow]

STRANGER, OTHER_NUMBER, OUTSIDE = "sip:new.one@agents.example", "+14155550177", "+14155550188"
PHONES = [ANA, LUIS, CHEN, STRANGER, OUTSIDE]
NUMBERS = [SUPPORT_NUMBER, SALES_NUMBER, OTHER_NUMBER]


class Floor:
    """What may happen in a center, picked by numbers."""

    def __init__(self, story: Story) -> None:
        self.story, self.simulator, self.world = story, story.simulator, story.simulator.world

    def up(self) -> list[Any]:
        return [one for one in self.world.state.legs.values() if one.state != "ended"]

    def answered(self) -> list[Any]:
        return [one for one in self.up() if one.state == "answered"]

    def conferences(self) -> list[Any]:
        return [one for one in self.world.state.conferences.values() if one.status == "in_progress"]

    def caller(self, n: int) -> None:
        self.world.legs.answer(self.simulator.incoming_call(CUSTOMER, NUMBERS[n % 3]))

    def waiting_caller(self, n: int) -> None:
        self.simulator.incoming_call(CUSTOMER, NUMBERS[n % 3])

    def dialled(self, n: int) -> None:
        self.simulator.dial(PHONES[n % 5])

    def ringing(self, n: int) -> None:
        ring(self.story, PHONES[n % 5])

    def dials_out(self, n: int) -> None:
        self.simulator.dial_out(PHONES[n % 4], OUTSIDE)

    def conference(self, n: int) -> None:
        free = [one for one in self.answered() if one.participant is None]
        if free:
            self.world.conferences.create(free[n % len(free)], f"Call {n}")

    def joins(self, n: int) -> None:
        legs, rooms = self.answered(), self.conferences()
        if legs and rooms:
            self.simulator.join(rooms[n % len(rooms)], legs[n % len(legs)])

    def leaves(self, n: int) -> None:
        inside = [one for one in self.answered() if one.participant is not None]
        if inside:
            self.world.participation.leave(inside[n % len(inside)].participant)

    def hangs_up(self, n: int) -> None:
        if legs := self.up():
            self.simulator.far_end_hangs_up(legs[n % len(legs)])


ACTS = [
    "caller",
    "waiting_caller",
    "dialled",
    "ringing",
    "dials_out",
    "conference",
    "joins",
    "joins",
    "leaves",
    "hangs_up",
]
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 60)), max_size=10)


def shown(audience: Audience) -> set[str]:
    """The live legs on this audience's agents page and board."""
    found = roster(Agent.objects.filter(team__in=audience.teams))
    on_rows = {leg.call_control_id for legs in found.legs.values() for leg in legs}
    seen = [one for one in Conference.objects.live().with_people() if may_see(audience, one)]
    stays = Participant.objects.filter(conference__in=seen).exclude(state="left")
    waiting = {one.call_control_id for one in callers(audience)}
    return on_rows | waiting | set(stays.values_list("leg__call_control_id", flat=True))


def missing(users: list[User], unplaced: Callable[[], Any] = unassigned_legs.unplaced) -> set[str]:
    up = set(Leg.objects.exclude(state="ended").values_list("call_control_id", flat=True))
    somewhere = {leg.call_control_id for leg in unplaced()}
    for user in users:
        somewhere |= shown(audience_of(user))
    return up - somewhere


@pytest.fixture
def users(marta: User, ben: User, cleo: User) -> list[User]:
    return [marta, ben, cleo]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_no_live_leg_is_missing(story: Story, directory: Any, users: list[User], acts: list[tuple[str, int]]):
    with transaction.atomic():
        floor = Floor(story)
        for name, n in acts:
            with suppress(Refusal):  # what the provider would not let happen does not
                getattr(floor, name)(n)
            story.deliver()
            assert missing(users) == set()
        for leg in floor.up():
            story.simulator.far_end_hangs_up(leg)
        story.deliver()
        transaction.set_rollback(True)


def test_leg_in_no_conference_is_on_its_teams_page(story: Story, directory: Any, marta: User, ben: User):
    story.simulator.dial(ANA)
    story.deliver()
    leg = Leg.objects.get().call_control_id
    assert (leg in shown(audience_of(marta)), leg in shown(audience_of(ben))) == (True, False)


def test_a_board_without_waiting_callers_would_be_detected(story: Story, users: list[User], monkeypatch: Any):
    story.simulator.incoming_call(CUSTOMER, SUPPORT_NUMBER)
    story.deliver()
    assert missing(users) == set()
    monkeypatch.setitem(globals(), "callers", lambda _: [])
    assert len(missing(users)) == 1


def test_page_that_left_legs_out_would_be_detected(story: Story, directory: Any, users: list[User]):
    story.simulator.incoming_call(CUSTOMER, OTHER_NUMBER)
    story.deliver()
    assert missing(users) == set()
    assert len(missing(users, list)) == 1
