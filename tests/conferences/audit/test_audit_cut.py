"""What the audit has kept for thirteen months may go, by a signed cut on record; and nothing else goes unseen."""

from __future__ import annotations

import base64
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, models, transaction

from conferences.audit import cutting, keeping
from conferences.audit.proof import checkpoints, export, triggers, verification
from conferences.models import AuditCut, AuditDetail, AuditEntry
from tests.support.audit_trail import enter

pytestmark = pytest.mark.scaled

NOW = datetime.now(UTC)
OLD, YOUNG = NOW - timedelta(days=420), NOW - timedelta(days=300)
BEFORE = NOW - timedelta(days=396, minutes=5)


@pytest.fixture
def entries(db, settings) -> list[AuditEntry]:
    """Four old entries and three young ones; the second young one is the outcome of the last old one."""
    settings.AUDIT_KEY = base64.b64encode(bytes(range(32))).decode()
    settings.AUDIT_CHECKPOINTS = ""
    made = [enter(at=OLD, phase="outcome", action="join", actor_name=f"Marta {number}") for number in range(3)]
    checkpoints.make()
    intent = enter(at=OLD, phase="intent", action="join", actor_name="Marta")
    made += [intent, enter(at=YOUNG, phase="outcome", action="leave", actor_name="Marta")]
    made.append(enter(at=YOUNG, phase="outcome", action="join", intent=intent, result="ok"))
    return [*made, enter(at=YOUNG, phase="outcome", action="join", actor_name="Ben")]


def past_the_program(model: type[models.Model], **which: Any) -> models.QuerySet[Any]:
    return models.QuerySet(model).filter(**which)


def delete_unseen(*seqs: int) -> None:
    for model, name in ((AuditDetail, "entry__seq__in"), (AuditEntry, "seq__in")):
        rows = past_the_program(model, **{name: seqs})
        past_the_program(model, pk__in=list(rows.values_list("pk", flat=True)))._raw_delete("default")


def test_a_cut_leaves_an_audit_that_verifies(entries, tmp_path):
    keeping.erase(AuditEntry.objects.filter(seq__in=[2, 7]), why="asked for")
    counted = cutting.count(BEFORE)
    assert sum(cutting.delete(BEFORE)) == counted == 3  # the fourth has an outcome that stays
    assert list(AuditEntry.objects.order_by("seq").values_list("seq", flat=True)) == [4, 5, 6, 7, 8, 9]
    call_command("verify_audit")
    assert AuditEntry.objects.get(seq=9).action == "prune"
    assert list(cutting.delete(BEFORE)) == []
    export.write(tmp_path / "export")
    command = [sys.executable, tmp_path / "export" / export.VERIFIER, tmp_path / "export"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "The entries up to 3" in told.stdout


def test_the_young_is_kept_whatever_is_asked(entries, settings):
    with pytest.raises(ValueError, match="thirteen months"):
        list(cutting.delete(NOW - timedelta(days=390)))
    list(cutting.delete(BEFORE))
    past_the_program(AuditCut).bulk_create([AuditCut(size=9, head="x", last_at=NOW, at=NOW, key="", signature="")])
    with pytest.raises(DatabaseError), transaction.atomic():
        delete_unseen(5)
    settings.AUDIT_KEY = ""
    assert list(cutting.delete(BEFORE)) == []


def test_without_a_key_nothing_of_it_goes(entries, settings, capsys):
    settings.AUDIT_KEY = ""
    call_command("prune", "--only", "audit", "--pause", "0")
    assert AuditEntry.objects.filter(seq__lte=7).count() == 7
    assert "AUDIT_KEY is missing" in capsys.readouterr().err


@pytest.mark.parametrize("forged", ["no cut", "no entry", "key", "size"])
def test_a_deletion_without_a_true_cut_is_found(entries, forged, settings):
    """Somebody owns the database, and has taken its triggers away."""
    triggers.remove()
    said = {"size": 3, "head": entries[2].hash, "last_at": OLD, "erased": {}, "at": NOW}
    if forged == "size":
        list(cutting.delete(BEFORE))
        said |= {"size": 5, "head": entries[4].hash}
    if forged != "no cut":
        key = settings.AUDIT_KEY
        settings.AUDIT_KEY = base64.b64encode(bytes(32)).decode() if forged == "key" else key
        signed = checkpoints.signed(checkpoints.signing_key(), b"something else")
        settings.AUDIT_KEY = key
        past_the_program(AuditCut).bulk_create([AuditCut(**said | signed)])
    if forged != "size":
        delete_unseen(1, 2, 3)
    with pytest.raises(CommandError) as told:
        call_command("verify_audit")
    assert ("missing" if forged == "no cut" else "The cut up to entry") in str(told.value)
    assert verification.verify().findings[0].kind == ("gap" if forged == "no cut" else "cut")
