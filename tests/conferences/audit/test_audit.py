"""What is written of an action, and that it stays as it was written."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.db.models import ProtectedError

from conferences.audit import log as audit
from conferences.models import Agent, AuditEntry, Conference, Leg, Supervision
from conferences.models.audit import AppendOnly

AT = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
Result = AuditEntry.Result


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def conference(db):
    return Conference.objects.create(conference_id="conf-1", name="Order 12", first_seen_at=AT, last_event_at=AT)


@pytest.fixture
def mine(conference, marta):
    return Supervision.objects.create(
        user=marta,
        conference=conference,
        token=uuid4(),
        source_ip="192.0.2.7",
        call_control_id="v3:mine",
        requested_role="whisper",
        requested_at=AT,
        created_at=AT,
    )


def intend(supervision, **values):
    asked = {"role": "whisper", "targets": [], "command_id": "cmd-1"} | values
    return audit.intend(supervision, "join", audit.Sending(**asked))


def written(entry, *names):
    row = AuditEntry.objects.get(pk=entry.pk)
    return tuple(getattr(row, name) for name in names)


def test_an_intent_says_who_what_from_where_and_when(mine, marta):
    entry = intend(mine)
    assert written(entry, "at", "phase", "action", "role", "command_id", "result") == (
        AT, "intent", "join", "whisper", "cmd-1", "",
    )  # fmt: skip
    assert written(entry, "actor", "actor_name", "source_ip") == (marta, "Marta Gil", "192.0.2.7")


def test_an_intent_names_the_providers_call_and_leg(mine, conference):
    entry = intend(mine)
    named = written(entry, "conference", "conference_name", "telnyx_conference_id", "call_control_id")
    assert named == (conference, "Order 12", "conf-1", "v3:mine")


def test_targets_are_written_with_the_names_shown(mine, directory):
    Leg.objects.create(call_control_id="v3:ana", kind=Leg.Kind.AGENT, agent=directory.ana)
    Leg.objects.create(call_control_id="v3:customer", kind=Leg.Kind.CUSTOMER, from_address="+14155550171")
    entry = intend(mine, targets=["v3:ana", "v3:customer", "v3:nobody"])
    assert [target["name"] for target in written(entry, "targets")[0]] == ["Ana Ruiz", "customer", "unknown leg"]


def test_names_stay_as_they_were_when_people_are_renamed(mine, marta, directory):
    Leg.objects.create(call_control_id="v3:ana", kind=Leg.Kind.AGENT, agent=directory.ana)
    entry = intend(mine, targets=["v3:ana"])
    Agent.objects.update(name="Somebody")
    type(marta).objects.update(first_name="Some", last_name="Body")
    assert written(entry, "actor_name", "targets") == (
        "Marta Gil", [{"call_control_id": "v3:ana", "name": "Ana Ruiz"}],
    )  # fmt: skip


def test_a_user_without_a_name_is_written_by_username(mine, marta):
    marta.first_name = marta.last_name = ""
    assert intend(mine).actor_name == "marta"


def test_an_outcome_repeats_its_intent_and_adds_the_result(mine):
    entry = intend(mine)
    said = audit.Outcome(Result.REFUSED, http_status=422, sends=2, code="90034", text="Conference is full")
    end = audit.conclude(entry, said)
    assert end.intent == entry
    assert end.phase == "outcome"
    assert end.result == "refused"
    assert written(end, "http_status", "sends", "provider_code", "provider_text") == (
        422,
        2,
        "90034",
        "Conference is full",
    )
    same = (
        "action",
        "role",
        "targets",
        "command_id",
        "actor",
        "actor_name",
        "source_ip",
        "conference_name",
        "supervision",
    )
    assert written(end, *same) == written(entry, *same)


@pytest.mark.parametrize(("told", "kept"), [("v3:new", "v3:new"), ("", "v3:mine")])
def test_an_outcome_takes_its_leg_from_the_answer(mine, told, kept):
    end = audit.conclude(intend(mine), audit.Outcome(Result.OK), call_control_id=told)
    assert written(end, "call_control_id") == (kept,)


def test_a_denied_attempt_is_an_outcome_without_an_intent(conference, ben):
    entry = audit.deny(audit.Attempt(ben, conference, "join", "barge", ["v3:1"], None), "You may not barge.")
    assert written(entry, "phase", "intent", "result", "note", "actor_name", "supervision") == (
        "outcome", None, "denied", "You may not barge.", "Ben Okafor", None,
    )  # fmt: skip


def test_a_denied_attempt_is_written_whatever_was_sent(conference, ben):
    entry = audit.deny(audit.Attempt(ben, conference, "join", "x" * 300, ["y" * 300], None), "No.")
    role, targets = written(entry, "role", "targets")
    assert (role, targets) == ("x" * 10, [{"call_control_id": "y" * 255, "name": "unknown leg"}])


# --- It stays


def attempts_to_change(entry):
    entry.note = "Nothing happened."
    return {
        "save": entry.save,
        "save fields": lambda: entry.save(update_fields=["note"]),
        "delete": entry.delete,
        "update all": lambda: AuditEntry.objects.update(note="Nothing happened."),
        "update some": lambda: AuditEntry.objects.filter(pk=entry.pk).update(note="Nothing happened."),
        "update many": lambda: AuditEntry.objects.bulk_update([entry], ["note"]),
        "delete all": lambda: AuditEntry.objects.all().delete(),
        "update or create": lambda: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"note": "Nothing."}),
    }


WAYS = ("save", "save fields", "delete", "update all", "update some", "update many", "delete all", "update or create")


@pytest.mark.parametrize("way", WAYS)
def test_no_entry_is_changed_or_deleted(mine, way):
    entry = intend(mine)
    before = list(AuditEntry.objects.values_list())
    with pytest.raises(AppendOnly), transaction.atomic():
        attempts_to_change(entry)[way]()
    assert list(AuditEntry.objects.values_list()) == before


@pytest.mark.parametrize("what", ["supervision", "conference", "actor"])
def test_the_subject_of_an_entry_cannot_be_deleted(mine, what):
    entry = intend(mine)
    with pytest.raises(ProtectedError):
        getattr(entry, what).delete()
    assert written(entry, "supervision") == (mine,)


def test_a_further_entry_may_always_be_written(mine):
    first, second = intend(mine), intend(mine)
    assert list(AuditEntry.objects.order_by("pk")) == [first, second]
