"""The contact center's own application and its people, living through calls in the simulated world."""

from __future__ import annotations

import base64
import json
from collections.abc import Generator
from datetime import datetime
from random import Random

from conferences.simulator.facade import CALLER_ID
from conferences.simulator.people.population import SAMPLE, Population
from conferences.simulator.people.sample_people import AgentRole, QueueRole, SystemRole
from conferences.simulator.phones import Outcome
from conferences.simulator.refusals import Refusal
from conferences.simulator.world import (
    App,
    Conference,
    ConferenceOptions,
    DialInto,
    DialOptions,
    JoinOptions,
    Leg,
    World,
)
from conferences.simulator.world.clock import later

Story = Generator[float, None, None]
"""A story yields how many seconds pass before it goes on."""
RING_SECONDS = 20
STEP = 0.5


class ContactCenter:
    """Answers customers, finds them a free agent of the right team, and lets the people be people."""

    def __init__(self, world: World, app: App, seed: int = 0, population: Population = SAMPLE) -> None:
        self.world = world
        self.app = app
        self.population = population
        self.random = Random(seed)  # noqa: S311 - a story that can be told again, not a secret
        self._lines: dict[str, Leg] = {}
        self._wrapping_up: dict[str, datetime] = {}
        self._ticket = 4710
        self.systems: tuple[SystemRole, ...] = ()

    def tell(self, story: Story) -> None:
        """Run a story on the world's agenda; a refused command ends it."""
        try:
            delay = next(story)
        except (StopIteration, Refusal):
            return
        self.world.state.after(delay, lambda: self.tell(story))

    def is_free(self, address: str) -> bool:
        """Tell whether somebody is neither on a call nor wrapping one up."""
        line = self._lines.get(address)
        wrapping_up = self.world.state.now() < self._wrapping_up.get(address, self.world.state.now())
        return not wrapping_up and (line is None or line.state == "ended")

    def free_agent(self, team: str) -> AgentRole | None:
        """Choose somebody of a team who is free; None if nobody is."""
        free = [each for each in self.population.by_team[team] if self.is_free(each.address)]
        return self.random.choice(free) if free else None

    def ring_in(self, number: str) -> Leg:
        """Let a customer who is not on a call dial one of our numbers."""
        customer = self._customer()
        leg = self._lines[customer] = self.world.legs.incoming_call(customer, number, self.app)
        return leg

    def _customer(self) -> str:
        """Somebody who is not on a call, as far as a few tries find one."""
        some = self.random.sample(self.population.customers, 40)
        return next((each for each in some if self.is_free(each)), some[0])

    def call(self, queue: QueueRole, seconds: float, patience: float = 120.0) -> Story:
        """Tell one customer's call to a queue, from ringing until everybody has gone."""
        leg = self.ring_in(self.random.choice(queue.numbers))
        yield self.random.uniform(0.3, 1.0)
        if leg.state != "initiated":
            return
        self.world.legs.answer(leg)
        conference = self._receive(leg, queue)
        for system in (one for one in self.systems if one.team == queue.team):
            self.tell(self._assist(conference, system.address))
        agent = yield from self._wait_for_agent(conference, leg, queue.team, patience)
        if agent:
            yield from self._talk(conference, leg, agent, seconds)
        elif leg.is_alive:
            self.world.legs.far_end_hangs_up(leg)
        yield from self._part(conference, leg)

    def call_out(self, team: str, seconds: float) -> Story:
        """Let an agent call a customer from the browser: they are on the call that was placed, not the one called."""
        agent = self.free_agent(team)
        if agent is None or not agent.address.startswith("sip:"):
            return
        number = self._customer()
        leg = self._lines[agent.address] = self.world.legs.dial_out(self.app, agent.address, number, shown=CALLER_ID)
        yield 0.3
        self.world.legs.answer(leg)
        self._ticket += 1
        conference = self.world.conferences.create(leg, f"{team} {self._ticket}", ConferenceOptions())
        self.world.state.phones.set(number, "answers", after=self.random.uniform(1.0, 6.0))
        into = DialInto(conference, options=JoinOptions(), early_media=False)
        called = self.world.dialling.dial_into(
            self.app, (CALLER_ID, number), into, DialOptions(timeout_secs=RING_SECONDS)
        )
        self._lines[number] = called
        while called.participant is None and called.state != "ended" and leg.state != "ended":
            yield STEP
        if called.participant is not None:
            yield from self._talk(conference, called, agent, seconds)
        yield from self._part(conference, called)

    def _assist(self, conference: Conference, address: str) -> Story:
        """The assistant talks with the customer for a while, whether or not an agent has come meanwhile."""
        into = DialInto(conference, options=JoinOptions(), early_media=False)
        leg = self.world.dialling.dial_into(self.app, (CALLER_ID, address), into, DialOptions())
        yield self.random.uniform(15.0, 40.0)
        if leg.state != "ended":
            self.world.legs.hang_up(leg)

    def _receive(self, leg: Leg, queue: QueueRole) -> Conference:
        self._ticket += 1
        state = _state(ticket=self._ticket, queue=queue.name)
        name = f"{queue.team} {self._ticket}"
        return self.world.conferences.create(leg, name, ConferenceOptions(client_state=state))

    def _wait_for_agent(
        self, conference: Conference, leg: Leg, team: str, patience: float
    ) -> Generator[float, None, AgentRole | None]:
        until = later(self.world.state.now(), patience)
        while leg.is_alive and self.world.state.now() < until:
            agent = self.free_agent(team)
            if agent and (yield from self._bring_in(conference, agent)):
                return agent
            yield 2.0
        return None

    def _bring_in(self, conference: Conference, agent: AgentRole) -> Generator[float, None, bool]:
        """Dial an agent into the conference; whether they came."""
        leg = self.dial(conference, agent)
        while leg.participant is None and leg.state != "ended":
            yield STEP
        return leg.participant is not None

    def _part(self, conference: Conference, customer: Leg) -> Story:
        """Those still there hang up, and the application closes the conference on whoever else is in it."""
        for leg in [stay.leg for stay in conference.participants if stay.leg in self._lines.values()]:
            yield self.random.uniform(0.5, 3.0)
            self._let_go(leg)
        self._let_go(customer)
        if conference.is_active:
            self.world.conferences.end_by_command(conference)

    def _let_go(self, leg: Leg) -> None:
        if leg.state != "ended":
            self.world.legs.hang_up(leg)
        self._wrapping_up[leg.far_end] = later(self.world.state.now(), self.random.uniform(5.0, 20.0))

    def dial(self, conference: Conference, agent: AgentRole) -> Leg:
        """Start an agent's leg; it joins on answer, which now and then they decline."""
        outcome: Outcome = "rejects" if self.random.random() < 0.04 else "answers"
        self.world.state.phones.set(agent.address, outcome, after=self.random.uniform(1.0, 4.0))
        into = DialInto(conference, options=JoinOptions(), early_media=False)
        options = DialOptions(client_state=_state(agent=agent.name), timeout_secs=RING_SECONDS)
        leg = self.world.dialling.dial_into(self.app, (CALLER_ID, agent.address), into, options)
        self._lines[agent.address] = leg
        return leg

    def _talk(self, conference: Conference, customer: Leg, agent: AgentRole, seconds: float) -> Story:
        until = later(self.world.state.now(), seconds)
        while customer.is_alive and self.world.state.now() < until:
            episode = self.random.choices(
                (self._chat, self._hold, self._mute, self._phone_hold, self._consult), weights=(50, 18, 10, 6, 8)
            )[0]
            yield from episode(conference, customer, agent)
            if not self._leg(conference, agent):
                break
        if customer.is_alive and self.random.random() < 0.7:
            self.world.legs.far_end_hangs_up(customer)

    @staticmethod
    def _leg(conference: Conference, agent: AgentRole) -> Leg | None:
        try:
            return conference.leg(agent.address)
        except LookupError:
            return None

    def _chat(self, conference: Conference, customer: Leg, agent: AgentRole) -> Story:
        for _ in range(self.random.randint(1, 3)):
            speakers = [leg for leg in (customer, self._leg(conference, agent)) if leg and leg.participant]
            if speakers and (stay := self.random.choice(speakers).participant):
                self.world.participation.floor(stay)
            yield self.random.uniform(4.0, 12.0)

    def _hold(self, conference: Conference, customer: Leg, agent: AgentRole) -> Story:
        if customer.participant:
            stay = customer.participant
            self.world.participation.hold([stay])
            yield self.random.uniform(6.0, 25.0)
            if stay.status == "joined":
                self.world.participation.hold([stay], held=False)
        yield from self._chat(conference, customer, agent)

    def _mute(self, conference: Conference, customer: Leg, agent: AgentRole) -> Story:
        leg = self._leg(conference, agent)
        if leg and leg.participant:
            stay = leg.participant
            self.world.participation.mute([stay])
            yield self.random.uniform(3.0, 12.0)
            if stay.status == "joined":
                self.world.participation.mute([stay], muted=False)
        yield from self._chat(conference, customer, agent)

    def _phone_hold(self, conference: Conference, customer: Leg, agent: AgentRole) -> Story:
        leg = self._leg(conference, agent)
        if leg:
            self.world.legs.far_end_holds(leg)
            yield self.random.uniform(4.0, 15.0)
            self.world.legs.far_end_holds(leg, held=False)
        yield from self._chat(conference, customer, agent)

    def _consult(self, conference: Conference, customer: Leg, agent: AgentRole) -> Story:
        """A colleague comes in; half the time they take the call over, otherwise they leave again."""
        colleague = self.free_agent(self.random.choice(self.population.teams))
        if colleague is None or not (yield from self._bring_in(conference, colleague)):
            return
        yield from self._chat(conference, customer, colleague)
        first, second = self._leg(conference, agent), self._leg(conference, colleague)
        if first and second and self.random.random() < 0.5:
            self._let_go(first)
            yield from self._talk(conference, customer, colleague, self.random.uniform(20.0, 60.0))
        elif second:
            self._let_go(second)


def _state(**facts: object) -> str:
    return base64.b64encode(json.dumps(facts).encode()).decode()
