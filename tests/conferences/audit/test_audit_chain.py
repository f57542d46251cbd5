"""Nothing of the audit changes unseen: the program refuses, the database refuses, what got past both is found."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction

from conferences.audit.proof import chain, checkpoints, triggers, verification
from conferences.audit.proof.digests import DETAIL_FIELDS, ENTRY_FIELDS
from conferences.models import AuditCheckpoint, AuditDetail, AuditEntry, Conference, Supervision
from conferences.models.audit import AppendOnly
from tests.support.audit_trail import enter
from tests.support.threads import at_once

pytestmark = pytest.mark.scaled

AT = datetime(2026, 11, 22, 10, 42, 7, 123456, tzinfo=UTC)
PEOPLE = {
    "actor_name": "Marta Gil", "account": "marta", "source_ip": "192.0.2.7", "conference_name": "Order 12 Ñandú",
    "targets": [{"call_control_id": "v3:1", "name": "Ana Ruiz"}], "people": [{"name": "+1 ••• ••71"}],
    "address": "+34600000001", "claim": "Only Ana hears you.", "note": "“said”", "provider_text": "No.",
    "changes": {"name": ["Old", "New"]},
}  # fmt: skip


@pytest.fixture
def entries(marta) -> list[AuditEntry]:
    """Five entries: a command with two outcomes, a refusal, and one that says nothing of anybody."""
    call = Conference.objects.create(conference_id="conf-1", first_seen_at=AT, last_event_at=AT)
    times = {"requested_at": AT, "created_at": AT}
    mine = Supervision.objects.create(user=marta, conference=call, token=uuid4(), requested_role="whisper", **times)
    about = {"actor": marta, "supervision": mine, "conference": call, "telnyx_conference_id": "conf-1", **PEOPLE}
    intent = enter(at=AT, phase="intent", action="join", role="whisper", command_id="c-1", **about)
    told = {"http_status": 422, "sends": 2, "provider_code": "90034", "call_control_id": "v3:mine", **about}
    for result in ("unknown", "refused"):
        enter(at=AT, phase="outcome", action="join", result=result, intent=intent, seconds=7, reason="alone", **told)
    enter(at=AT, phase="outcome", action="join", result="denied", subject="user", subject_id="7", **about)
    enter(at=AT + timedelta(seconds=1), phase="outcome", action="ring", result="unreached", session_digest="d" * 64)
    return list(AuditEntry.objects.order_by("seq"))


@pytest.fixture
def unguarded(entries) -> None:
    """Somebody owns the database, and has taken its triggers away."""
    triggers.remove()


def bad() -> list[int]:
    """The entries that are not as they were written."""
    return [one.seq for one in verification.verify().findings]


def past_the_program(model: type[models.Model]) -> models.QuerySet[Any]:
    return models.QuerySet(model).all()


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def other(field: models.Field[Any, Any], value: Any) -> Any:
    """Another value that the column could hold."""
    if field.is_relation:
        return None if value is not None else field.related_model._base_manager.values_list("pk", flat=True).first()
    if isinstance(field, models.JSONField):
        return {"name": ["Old", "Old"]}
    if isinstance(field, models.DateTimeField):
        return value + timedelta(microseconds=1)
    return (value or 0) + 1000 if isinstance(field, models.IntegerField) else f"{value[:-1]}x"


def test_an_untouched_audit_verifies(entries):
    assert (bad(), verification.around_the_chain()) == ([], [])
    assert [one.seq for one in entries] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("column", [*ENTRY_FIELDS, "id", "hash"])
def test_another_value_of_an_entry_is_found(unguarded, entries, column):
    field = AuditEntry._meta.get_field(column)
    for number, entry in enumerate(entries, start=1):
        found = getattr(entry, field.attname)
        changed = other(field, found)
        if changed == found:
            continue
        with transaction.atomic():
            past_the_program(AuditEntry).filter(pk=entry.pk).update(**{field.attname: changed})
            assert number in bad() or number + 1 in bad(), f"{column} of entry {number}: {found!r} to {changed!r}"
            transaction.set_rollback(True)


@pytest.mark.parametrize("column", ["salt", "erased_by", *DETAIL_FIELDS])
def test_another_value_of_its_details_is_found(unguarded, entries, column):
    field = AuditDetail._meta.get_field(column)
    for number, entry in enumerate(entries, start=1):
        with transaction.atomic():
            changed = other(field, getattr(entry.detail, column))
            past_the_program(AuditDetail).filter(pk=entry.pk).update(**{column: changed})
            assert {*bad()} == {number}
            transaction.set_rollback(True)


@pytest.mark.parametrize("gone", [[1], [3], [5], [4, 5], [1, 2, 3, 4, 5]])
def test_deleted_entries_are_found(unguarded, entries, settings, gone):
    settings.AUDIT_KEY = base64.b64encode(bytes(32)).decode()
    settings.AUDIT_CHECKPOINTS = ""
    checkpoints.make()
    doomed = [one.pk for one in entries if one.seq in gone]
    with transaction.atomic():
        for model in (AuditDetail, AuditEntry):
            past_the_program(model).filter(pk__in=doomed)._raw_delete("default")
        found = verification.verify().findings
        transaction.set_rollback(True)  # others point to some of them
    assert (found[0].kind, found[0].seq) == ("truncated" if max(gone) == 5 else "gap", min(gone))


def test_entries_that_changed_places_are_found(unguarded, entries):
    for pk, seq in ((entries[1].pk, 99), (entries[2].pk, 2), (entries[1].pk, 3)):
        past_the_program(AuditEntry).filter(pk=pk).update(seq=seq)
    assert bad()[0] == 2


def test_an_inserted_entry_is_found(unguarded, entries):
    for seq in (5, 4, 3):
        past_the_program(AuditEntry).filter(seq=seq).update(seq=seq + 1)
    forged = AuditEntry.objects.get(seq=2)
    forged.pk, forged.seq = None, 3
    past_the_program(AuditEntry)._insert([forged], AuditEntry._meta.fields[1:], using="default")
    assert bad()[0] == 3


def test_an_entry_outside_is_told_and_taken_in(entries):
    past_the_program(AuditEntry).bulk_create([AuditEntry(at=AT, phase="outcome", action="join", old_note="before")])
    assert "1 entry is in no chain" in verification.around_the_chain()[0]
    with pytest.raises(CommandError, match="1 entry is in no chain"):
        call_command("verify_audit")
    call_command("verify_audit", take_in=True)
    taken, told = AuditEntry.objects.filter(seq__gt=5).order_by("seq")
    assert (taken.note, taken.old_note, told.action) == ("before", "", "take_in")


# --- Checkpoints


@pytest.fixture
def signed(entries, settings, tmp_path):
    """A file that holds a checkpoint of the five entries."""
    settings.AUDIT_KEY = base64.b64encode(bytes(range(32))).decode()
    settings.AUDIT_CHECKPOINTS = str(tmp_path / "checkpoints.jsonl")
    checkpoints.make()
    return tmp_path / "checkpoints.jsonl"


def test_a_whole_new_history_is_found_by_a_checkpoint(signed, entries):
    """Whoever owns the database writes all of it anew, each hash right: only what was kept elsewhere knows better."""
    triggers.remove()
    for model in (AuditCheckpoint, AuditDetail):
        past_the_program(model)._raw_delete("default")
    past_the_program(AuditEntry).update(seq=None, hash="")
    chain.take_in()
    assert bad() == []
    with pytest.raises(CommandError, match=r"entry is 5 .*it was rewritten, or forked"):
        call_command("verify_audit", checkpoint=[signed])


def test_a_truncated_tail_is_found_by_a_checkpoint(signed, entries):
    triggers.remove()
    past_the_program(AuditCheckpoint)._raw_delete("default")
    past_the_program(AuditDetail).filter(pk=entries[4].pk)._raw_delete("default")
    past_the_program(AuditEntry).filter(pk=entries[4].pk)._raw_delete("default")
    assert bad() == []
    with pytest.raises(CommandError, match=r"entry is 5: .*knew 5 entries; those after 4 are gone"):
        call_command("verify_audit", checkpoint=[signed])


@pytest.mark.parametrize("change", [("size", 4), ("head", "0" * 64), ("at", "2020-01-01"), ("key", "A" * 43 + "=")])
def test_a_forged_checkpoint_is_not_believed(signed, change):
    (known,) = checkpoints.read([signed])
    assert list(checkpoints.problems([known])) == []
    assert len(list(checkpoints.problems([known | dict([change])]))) == 1


def test_checkpoints_are_made_when_due(entries, settings, monkeypatch):
    def is_due():
        monkeypatch.setattr(checkpoints, "_looked", float("-inf"))
        return checkpoints.is_due()

    assert is_due() is False  # without a key there are none
    settings.AUDIT_KEY = base64.b64encode(bytes(32)).decode()
    settings.AUDIT_CHECKPOINTS = ""
    assert is_due() is True  # the first entry is older than ten minutes
    checkpoints.make()
    enter(at=datetime.now(UTC), phase="outcome", action="join")
    assert is_due() is False
    for _ in range(99):
        enter(at=datetime.now(UTC), phase="outcome", action="join")
    assert is_due() is True
    assert checkpoints.make()["size"] == 105
    assert checkpoints.make() is None


# --- What the program and the database refuse


def ways_past(entry: AuditEntry) -> dict[str, Callable[[], object]]:
    twin = AuditEntry(**{name: getattr(entry, name) for name in ("at", "phase", "action", "hash")}, pk=entry.pk)
    base, default = AuditEntry._base_manager, AuditEntry.objects
    return {
        "base update": lambda: base.update(action="x"),
        "base filter update": lambda: base.filter(pk=entry.pk).update(action="x"),
        "base delete": lambda: base.all().delete(),
        "raw delete": lambda: default.filter(pk=entry.pk)._raw_delete("default"),
        "save base": entry.save_base,
        "save twin": twin.save,
        "bulk create": lambda: default.bulk_create([twin]),
        "create": lambda: default.create(at=AT, phase="outcome", action="join"),
        "get or create": lambda: default.get_or_create(at=AT, phase="outcome", action="never"),
        "user's entries": lambda: AuditEntry.objects.filter(actor=entry.actor).update(actor=None),
        "related manager": lambda: entry.conference.audit_entries.all().delete(),
        "related update": lambda: entry.outcomes.update(result="ok"),
        "detail save": entry.detail.save,
        "detail update": lambda: AuditDetail._base_manager.update(note=""),
        "detail delete": entry.detail.delete,
        "past all managers": lambda: past_the_program(AuditEntry).update(action="x"),
        "past them, delete": lambda: past_the_program(AuditEntry).filter(seq=4)._raw_delete("default"),
        "past them, insert": lambda: past_the_program(AuditEntry).bulk_create([AuditEntry(at=AT, seq=9, hash="x")]),
        "past them, a second": lambda: past_the_program(AuditEntry).bulk_create([AuditEntry(at=AT, seq=5, hash="x")]),
        "past them, detail": lambda: past_the_program(AuditDetail).update(note="x"),
        "past them, half erased": lambda: past_the_program(AuditDetail).update(salt="", note="", erased_by=1),
        "past them, detail deleted": lambda: past_the_program(AuditDetail).filter(pk=entry.pk)._raw_delete("default"),
        "sql update": lambda: execute("UPDATE conferences_auditentry SET action = 'x' WHERE seq = 2"),
        "sql no number": lambda: execute("UPDATE conferences_auditentry SET seq = NULL WHERE seq = 5"),
        "sql delete": lambda: execute("DELETE FROM conferences_auditentry WHERE seq = 5"),
        "sql checkpoint": lambda: execute("DELETE FROM conferences_auditcheckpoint"),
        "sql truncate": lambda: execute(TRUNCATE[connection.vendor]),
        "sql replace": lambda: execute(REPLACE[connection.vendor], entry.pk),
    }


TRUNCATE = {"sqlite": "DELETE FROM conferences_auditdetail", "postgresql": "TRUNCATE conferences_auditentry CASCADE"}
_TWIN = (
    "INTO conferences_auditentry (id, at, phase, action, result, call_control_id, telnyx_conference_id, role, "
    "command_id, provider_code, actor_name, conference_name, targets, provider_text, claim, note) "
    "VALUES (%s, '2026-11-22', 'outcome', 'x', '', '', '', '', '', '', '', '', '[]', '', '', '')"
)
REPLACE = {
    "sqlite": f"INSERT OR REPLACE {_TWIN}",
    "postgresql": f"INSERT {_TWIN} ON CONFLICT (id) DO UPDATE SET action = 'x'",
}
WAYS = sorted(ways_past(AuditEntry(detail=AuditDetail(), conference=Conference(pk=uuid4()), pk=1)))


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_changing_it_is_open(signed, entries, way):
    before = list(past_the_program(AuditEntry).values_list()), list(past_the_program(AuditDetail).values_list())
    with pytest.raises((AppendOnly, DatabaseError)), transaction.atomic():
        ways_past(entries[0])[way]()
    assert before == (
        list(past_the_program(AuditEntry).values_list()),
        list(past_the_program(AuditDetail).values_list()),
    )
    assert bad() == []


@pytest.mark.django_db(transaction=True)
def test_fifty_writers_make_one_chain():
    user = User.objects.create_user("marta")

    def write() -> None:
        for number in range(4):
            enter(at=AT, phase="outcome", action="join", actor=user, note=f"{number}", actor_name="Marta")

    at_once([write] * 50, threads=50)
    assert verification.verify().count == 200
    assert bad() == []
