"""Every way in which the provider fails us, at every command: done at most once, said in words, nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pytest

from conferences.models import AuditEntry, Supervision
from conferences.supervision.notices import MAY_RING
from conferences.telnyx.explanations.sentences import UNKNOWN_OUTCOME
from tests.support.fault_scenario import ACTIONS, Action, Drama
from tests.support.recording_transport import CLOSED_PORT, UNKNOWN_HOST, Down, Send

pytestmark = pytest.mark.slow

UNREACHED = "The phone provider could not be reached. Nothing was done; please try again."
TOO_MUCH = "We are asking the phone provider too much at once."


@dataclass(frozen=True)
class Fault:
    """A fault, and what the audit must say of the command it befalls: the result, the last status and the sends.

    `effect` is what is true of the command: accepted, done (but its answers lost), undone, unreached or refused.
    """

    name: str
    kind: str | OSError
    effect: str
    outcome: tuple[str, int | None, int]
    times: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    hint: str = "reset"

    def begin(self, drama: Drama, action: Action) -> Callable[[], object]:
        if isinstance(self.kind, OSError):
            return lambda: setattr(drama.line, "down", Down(action.path, self.kind, self.times))
        drama.simulator.switches.rate_limit_headers = self.hint
        where = {"method": "POST", "path": action.path, "times": self.times}
        return lambda: drama.simulator.faults.add(self.kind, **where, **self.details)


def once(name: str, kind: str | OSError, sends: int = 2, **more: Any) -> Fault:
    """A fault that befalls one send; the next is answered 200."""
    return Fault(name, kind, "accepted", ("ok", 200, sends), 1, **more)


def ever(name: str, kind: str, status: int | None, effect: str) -> Fault:
    """A fault that befalls every send, so that nobody can say what was done."""
    return Fault(f"{name}-for-ever", kind, effect, ("unknown", status, 3))


def busy(name: str, sends: int, **more: Any) -> Fault:
    return Fault(name, "rate_limited", "refused", ("refused", 429, sends), **more)


def away(name: str, cause: OSError) -> Fault:
    return Fault(f"{name}-for-ever", cause, "unreached", ("unknown", None, 3))


HINTS = {"retry-after": "retry-after", "ratelimit-reset": "reset", "no-hint": "none"}
FAULTS = [
    once("timeout-after-the-work", "hang"),
    ever("timeout-after-the-work", "hang", None, "done"),
    once("cut-after-the-work", "drop"),
    ever("cut-after-the-work", "drop", None, "done"),
    once("reset-in-mid-body", "reset"),
    ever("reset-in-mid-body", "reset", None, "done"),
    once("500-then-200", "error"),
    ever("500", "error", 500, "undone"),
    once("502-html", "bad_gateway"),
    ever("502-html", "bad_gateway", 502, "undone"),
    once("empty-200", "empty"),
    ever("empty-200", "empty", 200, "done"),
    once("invalid-json-200", "invalid_json"),
    ever("invalid-json-200", "invalid_json", 200, "done"),
    once("slow-headers", "slow", 1, details={"seconds": 1.5}),
    once("headers-too-slow", "slow", details={"seconds": 2.5}),
    *(once(f"429-with-{name}", "rate_limited", hint=hint) for name, hint in HINTS.items()),
    *(busy(f"429-with-{name}-for-ever", 3, hint=hint) for name, hint in HINTS.items()),
    busy("429-for-an-hour", 1, details={"seconds": 3600}),
    once("closed-port", CLOSED_PORT),
    away("closed-port", CLOSED_PORT),
    once("dns-failure", UNKNOWN_HOST),
    away("dns-failure", UNKNOWN_HOST),
]


@dataclass(frozen=True)
class End:
    """How a supervision stands when the fault is over: its state, its mode or its problem, and a sentence on screen."""

    state: str
    why: str
    sentence: str


MONITOR = End("joined", "monitor", "Nobody hears you.")
BARGE = End("joined", "barge", "Everyone hears you")
NO_REPLY = End("failed", "no_reply", "No answer from the provider.")
REFUSED = End("failed", "refused", "The provider refused.")
NOT_QUIETER = End("ended", "not_quieter", "The change to a quieter mode did not go through, so your phone was hung up.")
NOT_CERTAIN = End("ended", "not_certain", "It was not certain who could hear you, so your phone was hung up.")
NOT_CONFIRMED = End("ended", "not_confirmed", "The provider did not confirm the mode, so your phone was hung up.")
UNHEARD = End("joined", "barge", "not confirmed: Telnyx shows you as muted")
LEFT = End("ended", "left", "You left. The call goes on without you.")

EFFECTS = ("accepted", "done", "undone", "unreached", "refused")
ENDS = {
    "dial": dict(zip(EFFECTS, (MONITOR, MONITOR, NO_REPLY, NO_REPLY, REFUSED), strict=True)),
    "join": dict(zip(EFFECTS, (MONITOR, MONITOR, NO_REPLY, NO_REPLY, REFUSED), strict=True)),
    # A louder mode of which nobody knows is taken back, and where that fails too the phone is hung up.
    "louder": dict(zip(EFFECTS, (BARGE, NOT_CERTAIN, NOT_CERTAIN, MONITOR, MONITOR), strict=True)),
    "quieter": dict.fromkeys(EFFECTS, NOT_QUIETER) | {"accepted": MONITOR},
    # The provider's list settles whether it was done; where it was not, she is told, and the role is as she asked.
    "unmute": dict.fromkeys(EFFECTS, UNHEARD) | {"accepted": BARGE, "done": BARGE},
    "mute": dict.fromkeys(EFFECTS, MONITOR),
    "leave": dict.fromkeys(EFFECTS, LEFT),
    "hangup": dict.fromkeys(EFFECTS, LEFT),
}
# What stands on the screen as soon as the outcome does.
SENTENCES = {
    "accepted": "",
    "done": UNKNOWN_OUTCOME,
    "undone": UNKNOWN_OUTCOME,
    "unreached": UNREACHED,
    "refused": TOO_MUCH,
}


def said_at_once(fault: Fault, action: Action) -> str:
    """A dial of which nothing is known may ring all the same; nobody counts the seconds of an hour."""
    if fault.name == "429-for-an-hour":
        return "It lets us call again at "
    sentence = SENTENCES[fault.effect]
    return MAY_RING if action.name == "dial" and sentence == UNKNOWN_OUTCOME else sentence


every_cell = pytest.mark.parametrize(
    ("fault", "action"),
    [pytest.param(fault, action, id=f"{fault.name}-{action.name}") for fault in FAULTS for action in ACTIONS],
)


@every_cell
def test_a_fault_is_said_survived_and_cleared_away(drama: Drama, fault: Fault, action: Action):
    outcome = drama.play(action, fault.begin(drama, action))
    assert (outcome.result, outcome.http_status, outcome.sends) == fault.outcome
    if action.name not in (
        "mute",
        "unmute",
    ):  # what came of these is in the provider's list at once, whatever it answered
        assert said_at_once(fault, action) in drama.panel()
    drama.run(1, 1, 2, 6, 45)
    drama.simulator.faults.clear()
    drama.line.down = None
    drama.run(6, 6, 6)
    # Asked for nothing for a minute, the provider cannot confirm that a monitor is quiet either.
    unread = (fault.name, action.name) == ("429-for-an-hour", "mute")
    end, panel = NOT_CONFIRMED if unread else ENDS[action.name][fault.effect], drama.panel()
    assert (drama.mine.state, drama.mine.problem or drama.mine.accepted_role) == (end.state, end.why)
    # Why nobody was called, or joined, stands there in the provider's words, in one sentence.
    is_refused = action.name in ("dial", "join") and fault.effect in ("refused", "unreached")
    sentence = said_at_once(fault, action) if is_refused else end.sentence
    assert (sentence in panel, UNKNOWN_OUTCOME in panel) == (True, False)
    assert_nothing_is_left_behind(drama)
    assert_every_command_was_sent_as_audited(drama.line.sends)


def assert_nothing_is_left_behind(drama: Drama) -> None:
    """At most one leg of ours ever was in the conference, and none is up but that of a supervision that goes on."""
    up = [leg.call_control_id for leg in drama.legs() if leg.state != "ended"]
    running = Supervision.objects.running().values_list("call_control_id", flat=True)
    assert up == list(running)
    assert drama.most_joined <= 1
    assert len(drama.legs()) <= 1
    assert (drama.world.status, drama.story.leg("+14155550171").state) == ("in_progress", "answered")


def assert_every_command_was_sent_as_audited(line: list[Send]) -> None:
    """Each intent has one outcome; its command_id went out as often as the audit says, thrice at most, within 20 s."""
    named, nameless = [one for one in line if one.command_id], [one for one in line if not one.command_id]
    sends = [(command_id, list(each)) for command_id, each in groupby(named, key=lambda send: send.command_id)]
    audited = AuditEntry.objects.exclude(command_id="").exclude(action__in=("mute", "unmute")).order_by("id")
    intents = audited.filter(phase="intent").values_list("command_id", flat=True)
    outcomes = audited.filter(phase="outcome").values_list("command_id", "sends")
    mutes = AuditEntry.objects.filter(action__in=("mute", "unmute"), phase="outcome").values_list("sends", flat=True)
    assert sum(one or 0 for one in mutes) == len(nameless)  # the provider takes no command_id with these
    assert [command_id for command_id, _ in outcomes] == list(intents)
    # While a rate limit is known to hold, a command may end without a send.
    assert [(command_id, len(each)) for command_id, each in sends] == [one for one in outcomes if one[1]]
    assert {len({send.path for send in each}) for _, each in sends} == {1}
    assert max(len(each) for _, each in sends) <= 3
    assert max(each[-1].ended - each[0].began for _, each in sends) < 20


def test_an_unanswered_louder_mode_is_reverted_and_says_so(drama: Drama):
    louder = next(action for action in ACTIONS if action.name == "louder")
    drama.play(louder, lambda: drama.simulator.faults.add("drop", path=louder.path, times=3))
    drama.mine.refresh_from_db()
    assert (drama.mine.state, drama.mine.accepted_role) == ("joined", "monitor")
    assert "The change got no answer from the provider, so you were put back to Monitor." in drama.panel()


def test_a_phone_found_ringing_is_no_longer_unknown(drama: Drama):
    dial = ACTIONS[0]
    drama.play(dial, lambda: drama.simulator.faults.add("drop", path=dial.path, times=3))
    before = drama.panel()
    drama.run(0.5)
    assert (MAY_RING in before, MAY_RING in drama.panel()) == (True, False)
    assert (drama.mine.state, "Ringing your Desk phone" in drama.panel()) == ("ringing", True)


def test_a_rate_limit_waits_as_the_provider_says(drama: Drama):
    dial = ACTIONS[0]
    drama.simulator.switches.rate_limit_headers = "retry-after"
    drama.play(dial, lambda: drama.simulator.faults.add("rate_limited", path=dial.path, seconds=7, times=2))
    first, second, third = (send.began for send in drama.line.sends)
    assert (7 <= second - first < 8, 7 <= third - second < 8) == (True, True)
