"""An export verifies itself with nothing of ours around; erasing what it says of people leaves it whole."""

from __future__ import annotations

import base64
import csv
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import cryptography
import pytest
from django.core.management import CommandError, call_command

from conferences.audit import keeping
from conferences.audit.proof import checkpoints, verification
from conferences.models import AuditDetail, AuditEntry
from tests.support.audit_trail import enter

pytestmark = pytest.mark.scaled

AT = datetime(2026, 11, 22, 10, 42, 7, 5, tzinfo=UTC)
FORMULA = '=HYPERLINK("http://evil.example","+34600123456")\n"two" lines, Ñandú'


@pytest.fixture
def exported(db, settings, tmp_path) -> Path:
    settings.AUDIT_KEY = base64.b64encode(bytes(range(32))).decode()
    settings.AUDIT_CHECKPOINTS = str(tmp_path / "elsewhere.jsonl")
    for number, name in enumerate(["Marta Gil", "Ben Okafor", "'Cleo", FORMULA]):
        told = {"note": FORMULA, "targets": [{"name": name}], "changes": {"name": ["", name]}}
        enter(at=AT, phase="outcome", action="join", actor_name=name, seconds=number, **told)
    keeping.erase(AuditEntry.objects.filter(detail__actor_name="Ben Okafor"), why="She asked for it.")
    checkpoints.make()
    call_command("export_audit", str(tmp_path / "export"))
    return tmp_path / "export"


def verify(place: Path, *more: str) -> tuple[int, str]:
    """Run the file that was exported, isolated, with cryptography alone to be found."""
    program = (
        f"import sys, runpy; sys.path.append({str(Path(cryptography.__file__).parents[1])!r}); "
        "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    run = [sys.executable, "-I", "-S", "-c", program, str(place / "verify_audit.py"), str(place), *more]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd="/", env={})
    return done.returncode, done.stdout + done.stderr


def test_an_export_verifies_by_its_one_file(exported):
    code, said = verify(exported)
    assert code == 0, said
    assert said.count("6 entries, all as they were written.") == 2
    (key,) = checkpoints.public_keys()
    assert f"Compare the key that signed with your own: {key}" in said
    assert verify(exported, "--checkpoint", str(exported.parent / "elsewhere.jsonl"), "--key", key)[0] == 0
    assert "signed with a key that is not expected" in verify(exported, "--key", "AAAA")[1]


def test_a_changed_export_is_found(exported):
    lines = (exported / "entries.jsonl").read_text().splitlines()
    (exported / "entries.jsonl").write_text("\n".join([lines[0].replace("Marta", "Marla"), *lines[1:4]]))
    table = (exported / "entries.csv").read_text()
    (exported / "entries.csv").write_text(table.replace("'=HYPER", "'-HYPER", 1))
    code, said = verify(exported)
    assert code == 1
    assert "entries.jsonl: entry 1: its personal details are not as they were written." in said
    assert "knew 5 entries; those after 4 are gone" in said
    assert "entries.csv: entry 1: its personal details" in said


def test_no_cell_of_an_export_is_a_formula(exported):
    with (exported / "entries.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert [cell for cell in cells if cell[:1] in "=+-@" and cell] == []
    assert any(cell == f"'{FORMULA}" for cell in cells)


def test_an_export_is_on_record_and_ours_alone(exported):
    assert AuditEntry.objects.order_by("seq").last().action == "export"
    assert exported.stat().st_mode & 0o777 == 0o700
    with pytest.raises(CommandError, match="There is something"):
        call_command("export_audit", str(exported))


def test_erased_details_are_gone_and_all_verifies(exported):
    erased = AuditEntry.objects.get(seq=2)
    assert (erased.actor_name, erased.note, erased.targets, erased.detail.salt) == ("", "", [], "")
    assert [AuditEntry.objects.get(seq=seq).actor_name for seq in (1, 3)] == ["Marta Gil", "'Cleo"]
    assert verification.verify().findings == []
    assert "Ben Okafor" not in json.dumps([*AuditDetail.objects.values()])
    assert keeping.erase(AuditEntry.objects.filter(seq=2)) is None


def test_details_erased_without_record_are_found(exported):
    from conferences.audit.proof import triggers

    triggers.remove()
    empty = dict.fromkeys(("salt", "actor_name", "note"), "") | {"targets": [], "changes": {}}
    AuditDetail._base_manager.filter(pk=0)  # closed, as ever
    type(AuditDetail.objects.all()).__bases__[0](AuditDetail).filter(entry__seq=3).update(erased_by=5, **empty)
    found = verification.verify().findings
    assert [(one.seq, one.kind) for one in found] == [(2, "erased")]
