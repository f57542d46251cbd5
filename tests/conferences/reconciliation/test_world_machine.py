"""Whatever happens at the provider, and whatever becomes of its webhooks: once read back, our rows are its world."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from conferences import provider
from conferences.ingest import feed
from conferences.models import Conference, Leg
from conferences.simulator import Simulator
from conferences.simulator.world import Event, JoinOptions
from tests.support.events import PATH
from tests.support.story import ANA, API_KEY, CHEN, LUIS, SALES_NUMBER, SUPPORT_NUMBER
from tests.support.world_diff import ours, read_everything_back, theirs

NUMBER = st.integers(0, 10_000)  # picks one of whatever there is
KEY_SEED = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


class World(RuleBasedStateMachine):
    """A provider with people on its phones, and a post that loses, doubles and shuffles what it carries."""

    def __init__(self) -> None:
        super().__init__()
        self.travel = time_machine.travel(datetime.now(UTC), tick=False)
        self.clock = self.travel.start()
        self.simulator = Simulator(api_key=API_KEY, key_seed=KEY_SEED, start=datetime.now(UTC),
                                   connection_id="1494404757140276705")  # fmt: skip
        self.simulator.faults.webhooks.drop_rate = 1.0  # the simulator's own post delivers nothing
        self.simulator.state.listeners.append(self.collect)
        provider.transport = self.simulator.client_transport
        self.post = Client()
        self.bag: list[Event] = []
        self.lost: list[Event] = []
        self.feed = 0
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        try:
            self.read_back_and_compare()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            provider.transport = None
            self.travel.stop()

    def collect(self, event: Event) -> None:
        self.bag.append(event)

    def legs(self, state: str, inside: bool | None = None) -> list[Any]:
        legs = [leg for leg in self.simulator.state.legs.values() if leg.state == state]
        return [leg for leg in legs if inside is None or (leg.participant is not None) is inside]

    def conferences(self) -> list[Any]:
        return [one for one in self.simulator.state.conferences.values() if one.is_active]

    def stays(self) -> list[Any]:
        return [stay for one in self.conferences() for stay in one.participants]

    # What people and the contact center do.

    @rule(number=st.sampled_from([SUPPORT_NUMBER, SALES_NUMBER]))
    def somebody_calls(self, number: str) -> None:
        self.simulator.incoming_call(to=number)

    @rule(address=st.sampled_from([ANA, LUIS, CHEN]), answered=st.booleans())
    def an_agent_is_dialled(self, address: str, answered: bool) -> None:
        self.simulator.phones.set(address, "rings_out")
        self.simulator.dial(address, answered=answered)

    @precondition(lambda self: self.legs("initiated"))
    @rule(n=NUMBER)
    def a_phone_is_answered(self, n: int) -> None:
        leg = pick(self.legs("initiated"), n)
        (self.simulator.world.legs.answer if leg.direction == "incoming" else self.simulator.far_end_answers)(leg)

    @precondition(lambda self: self.legs("answered", inside=False))
    @rule(n=NUMBER)
    def a_conference_is_made(self, n: int) -> None:
        name = f"Support {len(self.simulator.state.conferences)}"
        self.simulator.world.conferences.create(pick(self.legs("answered", inside=False), n), name)

    @precondition(lambda self: self.conferences() and self.legs("answered"))
    @rule(n=NUMBER, m=NUMBER, mute=st.booleans(), hold=st.booleans())
    def a_leg_joins(self, n: int, m: int, mute: bool, hold: bool) -> None:
        """From nowhere or out of another conference; into its own it cannot."""
        leg, conference = pick(self.legs("answered"), n), pick(self.conferences(), m)
        if not leg.participant or leg.participant.conference is not conference:
            before = leg.participant and leg.participant.conference
            if before and len(before.participants) == 1:
                return
            self.simulator.world.participation.join(conference, leg, JoinOptions(mute=mute, hold=hold))

    @precondition(lambda self: self.stays())
    @rule(n=NUMBER, action=st.sampled_from(["leave", "mute", "unmute", "hold", "unhold", "whisper", "barge"]))
    def something_is_done_to_a_participant(self, n: int, action: str) -> None:
        world, stay = self.simulator.world, pick(self.stays(), n)
        others = tuple(one.leg.call_control_id for one in stay.conference.participants if one is not stay)
        actions: dict[str, Any] = {
            "leave": lambda: world.participation.leave(stay),
            "mute": lambda: world.participation.mute([stay]),
            "unmute": lambda: world.participation.mute([stay], muted=False),
            "hold": lambda: world.participation.hold([stay]),
            "unhold": lambda: world.participation.hold([stay], held=False),
            "whisper": lambda: world.participation.change_role(stay, "whisper", others[:1]),
            "barge": lambda: world.participation.change_role(stay, "barge", ()),
        }
        actions[action]()

    @precondition(lambda self: self.legs("answered"))
    @rule(n=NUMBER, held=st.booleans())
    def a_phone_holds_or_resumes(self, n: int, held: bool) -> None:
        self.simulator.world.legs.far_end_holds(pick(self.legs("answered"), n), held=held)

    @precondition(lambda self: self.legs("answered") or self.legs("initiated"))
    @rule(n=NUMBER)
    def a_phone_is_put_down(self, n: int) -> None:
        self.simulator.far_end_hangs_up(pick([*self.legs("answered"), *self.legs("initiated")], n))

    @precondition(lambda self: self.conferences())
    @rule(n=NUMBER)
    def a_conference_is_ended(self, n: int) -> None:
        self.simulator.world.conferences.end_by_command(pick(self.conferences(), n))

    @rule(seconds=st.sampled_from([0.2, 4, 31, 700]))
    def time_passes(self, seconds: float) -> None:
        self.simulator.advance(seconds)
        self.clock.move_to(self.simulator.clock(), tick=False)

    # What becomes of the webhooks.

    @precondition(lambda self: self.bag)
    @rule(n=NUMBER)
    def one_is_delivered(self, n: int) -> None:
        self.deliver(self.bag.pop(n % len(self.bag)))

    @precondition(lambda self: self.bag)
    @rule(n=NUMBER)
    def one_is_delivered_and_will_be_again(self, n: int) -> None:
        self.deliver(pick(self.bag, n))

    @precondition(lambda self: self.bag)
    @rule(n=NUMBER)
    def one_is_lost(self, n: int) -> None:
        self.lost.append(self.bag.pop(n % len(self.bag)))

    @precondition(lambda self: self.bag)
    @rule(backwards=st.booleans())
    def all_are_delivered(self, backwards: bool) -> None:
        for event in self.bag[:: -1 if backwards else 1]:
            self.deliver(event)
        self.bag.clear()

    @precondition(lambda self: self.lost)
    @rule(n=NUMBER)
    def a_lost_one_turns_up(self, n: int) -> None:
        self.deliver(pick(self.lost, n))

    @rule()
    def everything_is_read_back(self) -> None:
        self.read_back_and_compare()

    def deliver(self, event: Event) -> None:
        self.clock.move_to(self.simulator.clock(), tick=False)
        body, headers = self.simulator.signed(event.data)
        assert self.post.post(PATH, body, "application/json", headers=headers).status_code == 200
        before, self.feed = self.feed, feed.latest()
        assert self.feed >= before

    def read_back_and_compare(self) -> None:
        self.time_passes(10)
        read_everything_back()
        for conference in self.simulator.state.conferences.values():
            row = Conference.objects.filter(conference_id=conference.id).first()
            if row is not None or conference.is_active:
                assert (row.state, ours(conference.id)) == (conference.status, theirs(conference))
        up = {leg.call_control_id: leg.state != "ended" for leg in self.simulator.state.legs.values()}
        known = {leg.call_control_id: leg.state != "ended" for leg in Leg.objects.all()}
        assert known == {leg: up[leg] for leg in known}


def pick(some: list[Any], number: int) -> Any:
    return some[number % len(some)]


@pytest.mark.usefixtures("directory")
def test_once_read_back_our_rows_are_the_providers_world(settings_with_key: None) -> None:
    run_state_machine_as_test(
        World,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.fixture
def settings_with_key(settings: Any) -> None:
    settings.TELNYX_PUBLIC_KEY = Simulator(key_seed=KEY_SEED).public_key
    settings.TELNYX_API_KEY = API_KEY
