"""What the provider refuses is said in words: to the supervisor on screen, to the administrator in the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from conferences import provider
from tests.support.fault_scenario import ACTIONS, Action, Drama
from tests.support.story import browser

pytestmark = pytest.mark.slow

FIREWALL = "<html><body><h1>404 Not Found</h1></body></html>"


@dataclass(frozen=True)
class Refusal:
    status: int
    code: str
    supervisor: str
    administrator: str

    @property
    def body(self) -> Any:
        if not self.code:
            return FIREWALL
        return {"errors": [{"code": self.code, "title": "No", "detail": "As the provider words it."}]}


REFUSALS = [
    Refusal(422, "90018", "Your phone has just hung up.", "422/90018: the leg ended before the command arrived."),
    Refusal(422, "90019", "The conference has just ended.", "422/90019: the conference ended before the command"),
    Refusal(422, "90034", "This phone has not been answered yet.", "422/90034: the leg was not answered when"),
    Refusal(
        401,
        "10009",
        "Telnyx does not accept our key. Your administrator has to mend this.",
        "401/10009: the provider does not accept our key. Check that TELNYX_API_KEY is complete",
    ),
    Refusal(
        403,
        "10010",
        "Our phone account is not allowed to do this. Please tell your administrator.",
        "403/10010: the key is known but may not do this.",
    ),
    Refusal(404, "", "The phone provider could not find this.", "HTTP 404: check TELNYX_BASE_URL"),
]
ON_SCREEN = {
    "dial": "Calling your phone",
    "join": "Joining",
    "update": "Changing the mode",
    "mute": "Muting your phone",
    "unmute": "Unmuting your phone",
    "leave": "Leaving",
    "hangup": "Hanging up your phone",
}
every_deed = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
QUICK = {action.name: action for action in ACTIONS}


def refuse(drama: Drama, action: Action, refusal: Refusal, times: int | None = None) -> Any:
    answer = {"status": refusal.status, "body": refusal.body, "times": times}
    return lambda: drama.simulator.faults.add("answer", method="POST", path=action.path, **answer)


@every_deed
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal.status}-{refusal.code or 'html'}")
def test_a_refusal_has_a_sentence_for_each_reader(drama: Drama, action: Action, refusal: Refusal):
    """It is sent once; a join that may only have come too early is tried three times more."""
    sends = 4 if (action.command, refusal.code) == ("join", "90034") else 1
    outcome = drama.play(action, refuse(drama, action, refusal))
    told = (outcome.result, outcome.http_status, outcome.provider_code, outcome.sends)
    assert told == ("refused", refusal.status, refusal.code, sends)
    assert f"{ON_SCREEN[action.command]}: {refusal.supervisor}" in drama.panel()
    assert outcome.note.startswith(refusal.administrator)


def test_an_accepted_command_has_nothing_to_tell_an_administrator(drama: Drama):
    assert drama.play(QUICK["leave"], lambda: None).note == ""


def our_phone_hangs_up(drama: Drama) -> None:
    for leg in drama.legs():
        drama.simulator.far_end_hangs_up(leg)


def the_conference_ends(drama: Drama) -> None:
    drama.simulator.world.conferences.complete(drama.world, "ended_by_host", hang_up=False)


def just_before(drama: Drama, action: Action, happens: Callable[[Drama], None]) -> Callable[[], None]:
    """Let something happen that the provider knows when our command arrives, and we only learn three seconds later."""

    def on_answer(event: Any) -> None:
        if event.type == "call.answered":
            drama.simulator.state.after(0, lambda: happens(drama))

    def begin() -> None:
        late = {"events": r"call\.hangup|conference\..*", "delay_rate": 1.0, "delay_seconds": (3.0, 3.0)}
        drama.simulator.faults.webhooks.set(late)
        if action.name == "join":
            drama.simulator.state.listeners.append(on_answer)
        else:
            happens(drama)

    return begin


HUNG_UP, OVER = "Your phone hung up.", "The call had already ended."
ENDED, LEFT = "The call has ended.", "You left. The call goes on without you."
LEFT_AND_OVER = "You left. The call has ended since."
RACES = [
    (our_phone_hangs_up, "join", "90018", ("failed", HUNG_UP)),
    (our_phone_hangs_up, "louder", "90018", ("ended", HUNG_UP)),
    (our_phone_hangs_up, "quieter", "90018", ("ended", HUNG_UP)),
    (our_phone_hangs_up, "leave", "90018", ("ended", LEFT)),
    (our_phone_hangs_up, "hangup", "90018", ("ended", LEFT)),
    (the_conference_ends, "join", "90019", ("failed", OVER)),
    (the_conference_ends, "louder", "90019", ("ended", ENDED)),
    (the_conference_ends, "quieter", "90019", ("ended", ENDED)),
    (the_conference_ends, "leave", "90019", ("ended", LEFT_AND_OVER)),
]


@pytest.mark.parametrize("race", RACES, ids=lambda race: f"{race[0].__name__}-{race[1]}")
def test_late_command_ends_as_the_event_that_preceded_it(drama: Drama, settings, race):
    settings.BETWEEN_CALLS_SECS = 0
    happens, action, code, (state, sentence) = race
    outcome = drama.play(QUICK[action], just_before(drama, QUICK[action], happens))
    drama.run(1, 3, 3)
    assert outcome.result == "refused"
    assert outcome.provider_code == code
    assert drama.mine.state == state
    assert sentence in drama.panel()
    assert [leg.state for leg in drama.legs()] == ["ended"]


def test_refused_key_is_remembered_until_accepted_again(drama: Drama):
    drama.play(QUICK["leave"], lambda: drama.simulator.faults.add("unauthorized", times=None))
    refused_at = provider.key_refused_at()
    drama.simulator.faults.clear()
    drama.run(6)
    assert (refused_at is None, provider.key_refused_at()) == (False, None)


@pytest.mark.parametrize(("fault", "status"), [("unauthorized", 503), ("unavailable", 200)])
def test_readyz_shows_a_refused_key_but_no_outage(drama: Drama, cleo: Any, fault: str, status: int):
    drama.play(QUICK["leave"], lambda: drama.simulator.faults.add(fault, times=None))
    ready = browser(cleo).get("/readyz")
    told = ready.json()["api_key"].startswith("TELNYX_API_KEY: The provider refused it at ")
    assert (ready.status_code, told) == (status, status == 503)
