"""A call as it was at any moment: what is said of it afterwards is what was so in the provider's world then."""

from __future__ import annotations

import os
from datetime import datetime
from random import Random
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from conferences.audibility import Hearing, hears
from conferences.history.commands import ModeThen
from conferences.history.loading import load
from conferences.models import Conference, Participant
from conferences.simulator import Simulator
from tests.support.provider_world import KEY_SEED, Pair, Trouble
from tests.support.state_machine import Company
from tests.support.story import ALL_MODES, API_KEY, Directory
from tests.support.strategies import NUMBER

pytestmark = pytest.mark.slow

WORLDS = int(os.environ.get("WORLDS", "0"))
MOMENTS = 12  # of each story, by chance
AT_LEAST = 200  # moments that are compared with the provider's own hearing
# No list shows a phone's own hold: when that webhook is lost, nobody can know.
TOLD_OR_READ = r"(?!call\.(un)?hold$).*"


@pytest.fixture(autouse=True)
def center(directory: Directory, marta: User, ben: User, settings: Any) -> None:
    """Two supervisors of the same calls, each of whom may do everything."""
    ben.supervisor.teams.set([directory.support])
    ben.user_permissions.set(Permission.objects.filter(codename__in=ALL_MODES))
    settings.TELNYX_PUBLIC_KEY = Simulator(key_seed=KEY_SEED).public_key
    settings.TELNYX_API_KEY = API_KEY


class Chronicle(Company):
    """A story by chance, of which is kept who really heard whom at each of its moments."""

    compared = 0  # moments, in all stories

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[datetime, str, set[Pair]]] = []
        self.simulator.faults.webhooks.set({"events": TOLD_OR_READ})

    def look(self, when: str) -> None:
        """Keep who hears whom."""
        del when
        for world in self.simulator.state.conferences.values():
            heard = {(one, other) for one, others in self.simulator.heard_by(world).items() for other in others}
            self.kept.append((self.simulator.clock(), world.id, heard))

    @precondition(lambda self: self.stays())
    @rule(n=NUMBER, action=st.sampled_from(["mute", "unmute", "hold", "unhold"]), everybody=st.booleans())
    def somebody_is_muted_or_held(self, n: int, action: str, everybody: bool) -> None:
        """Not what nobody has read yet: who is muted and unmuted between two readings is seen by no one."""
        read = {
            (one.conference.conference_id, one.leg.call_control_id): (one.muted, one.on_hold)
            for one in Participant.objects.select_related("leg", "conference")
        }
        for stay in self.stays():
            now = (stay.muted or stay.only_listens, stay.on_hold)
            if read.get((stay.conference.id, stay.leg.call_control_id)) != now:
                return
        super().somebody_is_muted_or_held(n, action, everybody)

    def teardown(self) -> None:
        try:
            self.reconciliation_has_its_say()
            assert self.untrue() == []
        finally:
            self.close()

    def untrue(self) -> list[str]:
        """What the history says of moments by chance that was not so."""
        if self.theatre.hollow or any(fault.kind == "answer" for fault in self.simulator.faults.api):
            return []
        by_chance = Random(len(self.kept)).sample(self.kept, min(MOMENTS, len(self.kept)))  # noqa: S311
        Chronicle.compared += sum(Conference.objects.filter(conference_id=world).exists() for _, world, _ in by_chance)
        return [lie for kept in by_chance for lie in lies(*kept)]


def lies(moment: datetime, world: str, heard: set[Pair]) -> list[str]:
    """What the history says of a moment that was not so."""
    conference = Conference.objects.with_people().filter(conference_id=world).first()
    if conference is None:
        return []
    then = load(conference).at(moment, numbers=True)
    found = []
    for listener in then.parties:
        for speaker in then.parties:
            said = hears(listener, speaker, running=then.running)
            if said is (Hearing.NO if (listener.key, speaker.key) in heard else Hearing.YES):
                found.append(f"{moment}: {listener} hears {speaker}: {said.value}")
    return found


def test_history_says_who_heard_whom_or_unknown() -> None:
    played = settings(
        max_examples=WORLDS or 20,
        stateful_step_count=15,
        deadline=None,
        derandomize=not WORLDS,
        suppress_health_check=list(HealthCheck),
    )
    Chronicle.compared = 0
    run_state_machine_as_test(Chronicle, settings=played)
    assert Chronicle.compared >= AT_LEAST


# A property that cannot fail proves nothing: each story is told twice, the second time with a mistake in the history.


def a_mute_that_nobody_has_read_yet(told: Chronicle) -> None:
    told.reconciliation_has_its_say()
    told.somebody_is_muted_or_held(n=1, action="mute", everybody=False)
    told.look("while nobody knows")


def a_louder_mode_whose_answer_is_lost(told: Chronicle) -> None:
    told.supervise("marta", "whisper")
    told.reconciliation_has_its_say()
    told.change("marta", "barge", Trouble("hang", works=True, times=3))
    told.look("while nobody knows")


KNOWN = ModeThen(is_known=True, is_changing=False, is_sent=False)
PLANTED = {
    "a mute is known without looking":
        ("conferences.history.record.Record.is_read", lambda *_: True, a_mute_that_nobody_has_read_yet),
    "a mode is known whatever became of the command":
        ("conferences.history.record.mode_then", lambda *_: KNOWN, a_louder_mode_whose_answer_is_lost),
}  # fmt: skip


@pytest.mark.parametrize("mistake", PLANTED)
def test_planted_mistake_in_the_history_is_found(monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    where, wrong, story = PLANTED[mistake]
    told = Chronicle()
    try:
        told.a_call_goes_on(switches={})
        story(told)
        told.reconciliation_has_its_say()
        before = [lie for kept in told.kept for lie in lies(*kept)]
        monkeypatch.setattr(where, wrong)
        assert (before, bool([lie for kept in told.kept for lie in lies(*kept)])) == ([], True)
    finally:
        told.close()
