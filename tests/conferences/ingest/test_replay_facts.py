"""`replay_facts`: a mistake in the fold is repaired by folding again, and said."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conferences.ingest import feed
from conferences.models import Conference, Fact, Leg, Participant
from tests.support.events import call, event, joined, receive, stored


def replay(*options: str) -> list[str]:
    out = StringIO()
    call_command("replay_facts", *options, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def told(db: None) -> None:
    receive([*call("a"), joined("a", "c1", 1), joined("a", "c2", 2), *call("alone"), event("call.cost", 3, leg="a")])


def test_what_is_right_is_left_alone(told):
    before = (stored(), feed.latest())
    assert replay() == ["0 rows changed."]
    assert (stored(), feed.latest()) == before


def test_every_wrong_row_is_put_right_and_named(told):
    right, before = stored(), feed.latest()
    Leg.objects.update(state="initiated")
    Participant.objects.filter(conference__conference_id="c2").update(state="left")
    Conference.objects.filter(conference_id="c1").update(name="Wrong")
    assert replay() == [
        "leg a: state",
        "conference c1: name",
        "leg a in conference c2: state",
        "leg alone: state",
        "4 rows changed.",
    ]
    assert (stored(), feed.latest()) == (right, before + 3)  # two conferences, and the leg in none


def test_a_dry_run_says_the_same_and_changes_nothing(told):
    Leg.objects.filter(call_control_id="alone").update(state="ended")
    before = (stored(), feed.latest())
    assert replay("--dry-run") == ["leg alone: state", "1 row would change."]
    assert (stored(), feed.latest()) == before


def test_one_conference_may_be_chosen_by_either_id(db):
    receive([*call("a"), joined("a", "c1", 1), *call("b"), joined("b", "c2", 2)])
    Participant.objects.update(state="left")
    assert replay("--conference", "c1") == ["leg a in conference c1: state", "1 row changed."]
    ours = str(Conference.objects.get(conference_id="c2").pk)
    assert replay("--conference", ours) == ["leg b in conference c2: state", "1 row changed."]


def test_a_conference_that_only_facts_name_is_made_again(told):
    right = stored()
    Conference.objects.filter(conference_id="c1").delete()
    assert replay("--conference", "c1") == [
        "conference c1: missing",
        "leg a in conference c1: missing",
        "2 rows changed.",
    ]
    assert stored() == right


@pytest.mark.parametrize("unknown", ["nope", "2b1f6dd4-6c35-4d2d-9f0c-6f4f1a4d7c11", ""])
def test_an_unknown_conference_is_said_to_be_unknown(told, unknown):
    with pytest.raises(CommandError, match=f"There is no conference {unknown}"):
        replay(f"--conference={unknown}" if unknown else "--conference= ")


def test_everything_is_made_again_from_facts_alone(told):
    right = stored()
    Conference.objects.all().delete()
    Leg.objects.all().delete()
    assert replay()[-1] == "6 rows changed."
    assert stored() == right


def test_facts_of_a_newly_learned_type_count_from_now(told):
    Fact.objects.filter(event_type="conference.participant.joined").update(outcome="ignored", reason="unknown type")
    Participant.objects.all().delete()
    Conference.objects.update(state="unknown", last_order="")
    assert replay("--dry-run")[-1] == "4 rows would change."
    assert Fact.objects.filter(outcome="applied").count() == 4
    assert replay()[-2:] == ["2 facts of types that used to be unknown count now.", "4 rows changed."]
    assert Participant.objects.count() == 2
