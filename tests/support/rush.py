"""A rush of calls that come, change and end at random."""

from __future__ import annotations

import random
import time

from conferences.simulator.world import Conference as World
from tests.support.installation import Installation
from tests.support.story import ANA, LUIS, SUPPORT_NUMBER


class Rush:
    """Calls that come, change and end, as fast as one likes."""

    def __init__(self, installation: Installation, chance: random.Random) -> None:
        self.simulator, self._chance = installation.simulator, chance
        self.calls: list[World] = []

    def go_on(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._happen()
            time.sleep(self._chance.uniform(0, 0.03))

    def _happen(self) -> None:
        live = [one for one in self.calls if one.status == "in_progress"]
        if len(live) < 4:
            number = f"+1415555{len(self.calls) % 1000 + 2000}"
            agents = self._chance.sample([ANA, LUIS], 2)[: self._chance.randint(1, 2)]
            self.calls.append(self.simulator.conference_with(agents, customer=number, queue_number=SUPPORT_NUMBER))
            return
        legs = [one.leg for one in self._chance.choice(live).participants if one.status == "joined"]
        what = self._chance.choice([
            self.simulator.far_end_holds, self.simulator.far_end_resumes, self.simulator.far_end_hangs_up,
        ])  # fmt: skip
        if legs:
            what(self._chance.choice(legs))
