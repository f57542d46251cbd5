"""What browser tests ask of the contact center, and how they wait."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from conferences.simulator import Simulator
from conferences.simulator.world import Conference as World
from conferences.simulator.world import Leg
from tests.support.story import ANA, CUSTOMER, SUPPORT_NUMBER


class Center:
    """The contact center of a browser test: its server, and the provider whose world can be asked."""

    def __init__(self, simulator: Simulator, url: str, process: int | None = None) -> None:
        self.simulator = simulator
        self.url = url
        self.process = process  # the server's, by its number

    def call(self, *agents: str, customer: str = CUSTOMER, queue: str = SUPPORT_NUMBER) -> World:
        return self.simulator.conference_with(agents or (ANA,), customer=customer, queue_number=queue)

    def leg(self, address: str) -> Leg:
        legs = [one for one in self.simulator.state.legs.values() if address in (one.to, one.from_)]
        return legs[-1]

    def hear(self, world: World, speaker: Leg) -> set[str]:
        """The addresses of those who hear this leg, by the provider's own reckoning."""
        heard = self.simulator.heard_by(world)
        listeners = {listener for listener, speakers in heard.items() if speaker.call_control_id in speakers}
        return {self.simulator.state.legs[one].far_end for one in listeners}


def eventually(claim: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until `claim` holds. Fails when it does not."""
    until = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > until:
            pytest.fail(f"it did not come true within {seconds} s")
        time.sleep(0.05)


def complaints(page: Page) -> list[str]:
    """What axe finds wrong with the page."""
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]]
