"""Every type of event that the provider documents is either handled or knowingly without effect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conferences.fold import WITHOUT_EFFECT, fold, is_handled, is_ours
from conferences.models import Conference, Fact, Leg, Participant
from conferences.telnyx.events import parse
from tests.support.events import MORNING

FIXTURES = Path(__file__).parents[2] / "fixtures" / "telnyx"
EVENTS = sorted(path for path in FIXTURES.glob("*.json") if path.stem.startswith(("call.", "conference.")))
# The provider's own samples and schemas, where somebody keeps a copy of them beside the checkout.
ORACLES = sorted(Path(__file__).parents[3].parent.glob("*/telnyx-openapi/*.json"))


every_type = pytest.mark.parametrize("path", EVENTS, ids=[path.stem for path in EVENTS])


@every_type
def test_a_documented_event_is_handled_or_knowingly_ignored(door, path):
    body = path.read_bytes()
    assert door.post(body).status_code == 200
    fact = Fact.objects.get()
    expected = ("applied", "") if is_handled(path.stem) else ("ignored", "no effect")
    assert (fact.event_type, fact.outcome, fact.reason) == (path.stem, *expected)


@every_type
def test_a_provider_type_is_never_one_of_ours(path):
    assert (is_handled(path.stem), path.stem in WITHOUT_EFFECT, is_ours(path.stem)) in {
        (True, False, False),
        (False, True, False),
    }


@every_type
def test_an_event_is_dated_by_its_own_words(path):
    event = parse(path.read_bytes(), MORNING)
    told = json.loads(path.read_bytes())["data"]["occurred_at"]
    assert event.occurred_at.isoformat().replace("+00:00", "Z") == told


def test_every_type_the_fold_knows_has_a_sample():
    known = {path.stem for path in EVENTS}
    assert known >= WITHOUT_EFFECT
    assert {one for one in known if is_handled(one)} == known - WITHOUT_EFFECT


def test_all_samples_together_make_one_conference_that_has_ended():
    state = fold(parse(path.read_bytes(), MORNING) for path in EVENTS)
    (conference,), (stay,), (leg,) = state.conferences.values(), state.participants.values(), state.legs.values()
    assert (conference.state, conference.end_reason) == ("completed", "all_left")
    assert stay.state == "left"
    assert leg.state == "ended"
    assert leg.hangup_cause == "normal_clearing"
    assert leg.direction == "incoming"
    assert leg.from_address == "+34600000012"
    assert leg.to_address == "+34910000001"


def test_all_samples_in_any_order_make_the_same_rows(door):
    for path in reversed(EVENTS):
        door.post(path.read_bytes())
    state = fold(parse(path.read_bytes(), MORNING) for path in EVENTS)
    (conference,), (leg,) = state.conferences.values(), state.legs.values()
    assert Conference.objects.values_list("conference_id", "state", "last_order").get() == (
        conference.conference_id, "completed", conference.last_order,
    )  # fmt: skip
    assert Leg.objects.values_list("call_control_id", "state", "last_order").get() == (
        leg.call_control_id, "ended", leg.last_order,
    )  # fmt: skip
    assert Participant.objects.get().state == "left"


@pytest.mark.skipif(not ORACLES, reason="no copy of the provider's samples beside the checkout")
def test_no_type_in_provider_samples_or_schemas_is_missing():
    ours = {path.stem for path in EVENTS}
    assert {one for path in ORACLES for one in documented(json.loads(path.read_bytes()))} - ours == set()


@pytest.mark.skipif(not ORACLES, reason="no copy of the provider's samples beside the checkout")
def test_our_samples_carry_what_the_providers_do():
    samples = next(json.loads(path.read_bytes()) for path in ORACLES if path.name == "webhook-examples.json")["events"]
    ours = {path.stem: json.loads(path.read_bytes())["data"]["payload"] for path in EVENTS}
    missing = {name: set(sample["data"]["payload"]) - set(ours[name]) for name, sample in samples.items()}
    assert {name: keys for name, keys in missing.items() if keys} == {}


def documented(document: dict[str, Any]) -> set[str]:
    """The event types that a file of samples (`events`) or of schemas (`webhooks`) names."""
    return {*document.get("events", ()), *document.get("webhooks", ())}
