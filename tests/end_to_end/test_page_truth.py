"""Whatever is done, whatever fails and whoever else meddles: no page says of who hears whom what is not so.

A page claims that somebody does not hear, or that somebody hears. Each claim must be true in the simulator's world:

- of our own commands, and of every fault on them (answers lost, late, broken, or of a server that dies), at every
  moment, also between a command and its answer;
- of what others do (they come, go, hold, mute; or the provider says yes and does nothing), as soon as the webhook
  that tells of it is delivered; where none tells, or it was lost, once reconciliation has looked again;
- what the provider tells nobody (a phone's own hold, when that webhook is lost) may make us say too much of who
  hears, never too little.

And once reconciliation has looked, what the provider's list shows is said outright, not as something that may be.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from conferences import roster
from conferences.audibility import Hearing, Party, hearing
from conferences.models import AuditEntry, Supervision
from conferences.reconciliation import session
from conferences.simulator import Simulator
from conferences.supervision import transitions
from conferences.supervision.commands import sending
from conferences.supervision.commands.sending import CommandResult
from tests.support.provider_world import DIES, KEY_SEED, Trouble
from tests.support.state_machine import Company
from tests.support.story import ALL_MODES, API_KEY, CHEN, Directory

pytestmark = pytest.mark.slow

# Ten stories, the same each time; WORLDS=500 plays as many others as one has patience for.
WORLDS = int(os.environ.get("WORLDS", "0"))
unhurried = settings(stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
LOST = Trouble("hang", times=3)
BARGE, MONITOR, WHISPER = "barge", "monitor", "whisper"


@pytest.fixture(autouse=True)
def center(directory: Directory, marta: User, ben: User, settings: Any) -> None:
    """Two supervisors of the same calls, each of whom may do everything."""
    ben.supervisor.teams.set([directory.support])
    ben.user_permissions.set(Permission.objects.filter(codename__in=ALL_MODES))
    settings.TELNYX_PUBLIC_KEY = Simulator(key_seed=KEY_SEED).public_key
    settings.TELNYX_API_KEY = API_KEY


def test_no_page_says_what_is_not_so() -> None:
    played = settings(unhurried, max_examples=WORLDS or 10, derandomize=not WORLDS)
    run_state_machine_as_test(Company, settings=played)


# A property that cannot fail proves nothing. Each story below is told twice: as it is, and with one thing done wrong,
# which must then be found on a page.


def a_louder_mode_whose_answer_is_lost(told: Company) -> None:
    told.supervise("marta", MONITOR)
    told.change("marta", BARGE, LOST)


def a_server_that_dies_over_a_louder_mode(told: Company) -> None:
    told.supervise("marta", MONITOR)
    told.change("marta", BARGE, Trouble(DIES, works=True))
    told.time_passes(50)


def somebody_who_came_muted_is_unmuted_by_others(told: Company) -> None:
    told.somebody_joins(n=0, address=CHEN, mute=True, hold=False)
    told.reconciliation_has_its_say()
    told.somebody_is_muted_or_held(n=3, action="unmute", everybody=False)
    told.reconciliation_has_its_say()


def two_whisperers(told: Company) -> None:
    told.simulator.switches.set({"whisperers_hear_each_other": True})
    told.supervise("marta", WHISPER)
    told.supervise("ben", WHISPER)


def a_whisper_that_is_in_force(told: Company) -> None:
    told.supervise("marta", WHISPER)
    told.reconciliation_has_its_say()


def told(story: Callable[[Company], None]) -> list[str]:
    """Tell a story and return what was untrue on a page meanwhile and at its end."""
    company = Company()
    try:
        company.a_call_goes_on(switches={})
        story(company)
        company.look("at the end")
        return company.found
    finally:
        company.close()


def without_owning_up(*args: Any) -> dict[str, object]:
    """Outcomes as if a lost answer left the mode before in force."""
    return {name: value for name, value in CHANGES(*args).items() if (name, value) != ("accepted_role", "")}


def refused(supervision: Any, at: Any) -> CommandResult:
    return CommandResult(AuditEntry.Result.REFUSED, at)


def certain(listener: Party, speaker: Party) -> Hearing:
    """The rule of whom a voice reaches, as if it were known that whisperers do not hear each other."""
    return Hearing.NO if speaker.targets and listener.key not in speaker.targets else Hearing.YES


def not_known(*_: Any) -> None:
    return None


CHANGES = transitions.columns_after
SURE = tuple(certain if rule is hearing.addresses else rule for rule in hearing.RULES)
PLANTED = {
    "an open change of mode is no doubt":
        (Supervision, "is_role_known", True, a_louder_mode_whose_answer_is_lost),
    "a lost answer leaves the mode before in force":
        (transitions, "columns_after", without_owning_up, a_louder_mode_whose_answer_is_lost),
    "a dead server sent nothing": (sending, "lost", refused, a_server_that_dies_over_a_louder_mode),
    "what others undo is never believed":
        (session, "SEEN_AGAIN", timedelta(days=1), somebody_who_came_muted_is_unmuted_by_others),
    "whisperers do not hear each other": (hearing, "RULES", SURE, two_whisperers),
    "nobody is ever known to be off hold": (roster, "_on_hold", not_known, a_whisper_that_is_in_force),
}  # fmt: skip


@pytest.mark.parametrize("mistake", PLANTED)
def test_one_planted_mistake_shows_on_a_page(monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    *where, wrong, story = PLANTED[mistake]
    assert told(story) == []
    monkeypatch.setattr(*where, wrong)
    assert told(story) != []


def test_a_planted_mistake_is_found_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    without_holds = tuple(rule for rule in hearing.RULES if rule is not hearing.neither_is_on_hold)
    monkeypatch.setattr(hearing, "RULES", without_holds)
    searching = settings(unhurried, max_examples=100, derandomize=True, database=None, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Company, settings=searching)
