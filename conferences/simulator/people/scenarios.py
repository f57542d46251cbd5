"""The named stories the stand-in can play, each from a seed and at a chosen call rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from conferences.simulator.facade import Simulator
from conferences.simulator.people import sample_people
from conferences.simulator.people.call_center import ContactCenter, Story
from conferences.simulator.people.population import SAMPLE, Population

SHORTEST_CALL, LONGEST_CALL, MEAN_BEYOND = 60.0, 360.0, 65.0
CALLED_OUT = 0.25
HELP_KEYS = "**"
HELP_EVERY_SECONDS = 300.0
FORGET_AFTER_SECONDS = 6 * 3600.0


@dataclass(frozen=True)
class Scenario:
    """A story: who calls how often, and what goes wrong on the way to the receiver."""

    name: str
    summary: str
    calls_per_minute: float
    begin: Callable[[ContactCenter, float], None]
    webhook_faults: dict[str, Any] = field(default_factory=dict)


def _call_seconds(center: ContactCenter) -> float:
    return min(LONGEST_CALL, SHORTEST_CALL + center.random.expovariate(1 / MEAN_BEYOND))


def _arrivals(center: ContactCenter, calls_per_minute: float) -> Story:
    """Customers calling one after the other, for ever."""
    while True:
        yield center.random.expovariate(calls_per_minute / 60)
        center.tell(center.call(center.random.choice(center.population.queues), _call_seconds(center)))
        center.world.state.forget(FORGET_AFTER_SECONDS)


def _outgoing(center: ContactCenter, calls_per_minute: float) -> Story:
    """Agents calling customers, for ever."""
    yield center.random.uniform(0.5, 2.0)
    while True:
        center.tell(center.call_out(center.random.choice(center.population.teams), _call_seconds(center)))
        yield center.random.expovariate(calls_per_minute * CALLED_OUT / 60)


def _working_day(center: ContactCenter, calls_per_minute: float) -> None:
    """Start with as many calls as such a day would have by now, in the midst of things within seconds."""
    usual = calls_per_minute * (SHORTEST_CALL + MEAN_BEYOND) / 60
    for _ in range(max(3, min(len(center.population.agents) - 5, round(usual * 0.75)))):
        remaining = _call_seconds(center) * center.random.uniform(0.3, 1.0)
        center.tell(_soon(center, remaining))
    center.tell(_arrivals(center, calls_per_minute))
    center.tell(_cries_for_help(center))


def _cries_for_help(center: ContactCenter) -> Story:
    """Soon one agent asks for a supervisor by keys on the phone, and then rarely another."""
    chance = Random(len(center.population.agents))  # noqa: S311 - of its own: who asks for help changes nothing else told
    agents = {each.address for each in center.population.agents}
    yield chance.uniform(15.0, 25.0)
    while True:
        calls = [one for one in center.world.state.conferences.values() if one.is_active]
        legs = [stay.leg for one in calls for stay in one.participants if stay.leg.far_end in agents]
        if legs:
            asks = chance.choice(legs)
            for key in HELP_KEYS:
                center.world.answering.presses(asks, key)
                yield 0.4
        yield chance.expovariate(1 / HELP_EVERY_SECONDS)


def _soon(center: ContactCenter, seconds: float) -> Story:
    yield center.random.uniform(0.0, 1.5)
    yield from center.call(center.random.choice(center.population.queues), seconds)


def _one_call(center: ContactCenter, _calls_per_minute: float) -> None:
    """A customer, two agents, and nobody hangs up."""
    center.tell(_standing_call(center))


def _standing_call(center: ContactCenter) -> Story:
    queue, world = sample_people.QUEUES[0], center.world
    leg = world.legs.incoming_call(sample_people.CUSTOMERS[0], queue.numbers[0], center.app)
    yield 0.3
    world.legs.answer(leg)
    conference = world.conferences.create(leg, f"{queue.team} 4711")
    for agent in sample_people.AGENTS[:2]:
        center.dial(conference, agent)
        yield 0.2


_DISORDER = {
    "duplicate_rate": 0.2,
    "reorder_rate": 0.3,
    "delay_rate": 0.25,
    "delay_seconds": (0.3, 6.0),
    "drop_rate": 0.1,
    "pretty_rate": 0.1,
    "extra_keys_rate": 0.2,
    "early_rate": 0.3,
}
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("calm-morning", "Fewer calls than agents; nobody waits for long.", 4.0, _working_day),
        Scenario("rush", "More calls than agents; customers wait and some give up.", 14.0, _working_day),
        Scenario("disorderly-network", "A calm morning on a network that doubles, delays, mixes up and loses webhooks.",
                 4.0, _working_day, _DISORDER),
        Scenario("single-call", "One customer, one conference, two agents, and it stays up.", 0.0, _one_call),
    )
}  # fmt: skip


def begin(  # noqa: PLR0913 - keyword-only
    simulator: Simulator,
    name: str,
    *,
    seed: int = 0,
    calls_per_minute: float | None = None,
    mixed: bool = False,
    population: Population = SAMPLE,
) -> ContactCenter:
    """Set a scenario going; the world's clock does the rest. Raises KeyError for an unknown name.

    Without `calls_per_minute` there are as many for each agent as the scenario has for the sample's. `mixed`: agents
    call customers as well, out of their browsers, and a machine of the center's answers first for those who have one.
    """
    scenario = SCENARIOS[name]
    for supervisor in sample_people.SUPERVISORS:
        for device in supervisor.devices:
            simulator.phones.set(device.address, device.outcome)
    simulator.faults.webhooks.set(scenario.webhook_faults)
    center = ContactCenter(simulator.world, simulator.app, seed, population)
    rate = calls_per_minute or scenario.calls_per_minute * len(population.agents) / len(SAMPLE.agents)
    with simulator.state.lock:
        if mixed and rate:
            center.systems = sample_people.SYSTEMS
            center.tell(_outgoing(center, rate))
        scenario.begin(center, rate)
    return center
