"""A provider in real time, on a port, with a scenario running: what the simulate and demo commands start."""

from __future__ import annotations

from conferences.simulator.facade import CONNECTION_ID, Simulator
from conferences.simulator.people.population import SAMPLE, population_of
from conferences.simulator.people.scenarios import SCENARIOS, begin
from conferences.simulator.serving.server import Server
from conferences.simulator.world.clock import system_clock


def live(  # noqa: PLR0913 - keyword-only, one per option of the command
    *,
    port: int,
    scenario: str,
    webhook_url: str,
    seed: int = 0,
    calls_per_minute: float | None = None,
    api_key: str = "KEY_SIMULATOR",
    connection_id: str = CONNECTION_ID,
    key_seed: str | None = None,
    mixed: bool = False,
    agents: int = len(SAMPLE.agents),
) -> Server:
    """Return a server not yet started (use it as a context manager) whose scenario begins at once.

    Raises KeyError for an unknown scenario, ValueError for a bad key seed or number of agents, OSError for a port in
    use.
    """
    if scenario not in SCENARIOS:
        raise KeyError(scenario)
    population = population_of(agents)
    simulator = Simulator(
        webhook_url=webhook_url,
        api_key=api_key,
        connection_id=connection_id,
        seed=seed,
        clock=system_clock,
        key_seed=key_seed,
    )
    server = simulator.serve(port)
    begin(simulator, scenario, seed=seed, calls_per_minute=calls_per_minute, mixed=mixed, population=population)
    return server
