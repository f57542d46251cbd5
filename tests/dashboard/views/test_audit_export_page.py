"""The audit's Export: an archive that verifies itself, for whoever has the right; on record."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Permission, User
from django.test import AsyncClient, Client
from django.utils import timezone

from conferences.audit.proof import export
from conferences.models import AuditEntry
from tests.support.audit_trail import enter
from tests.support.story import PASSWORD


def auditor(*rights):
    user = User.objects.create_user("dora", password=PASSWORD)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_auditentry", *rights]))
    return user


@async_to_sync
async def exported(user):
    client = AsyncClient()
    await client.aforce_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = await client.post("/audit/export/")
    return b"".join([piece async for piece in response]) if response.status_code == 200 else response.status_code


@pytest.mark.django_db(transaction=True)
def test_the_archive_holds_all_and_verifies_itself(tmp_path):
    for number in range(40):
        told = {"actor_name": f"Ñandú {number}", "note": '=1+1,\n"x"'}
        enter(at=timezone.now(), action="join", phase="outcome", **told)
    zipfile.ZipFile(io.BytesIO(exported(auditor("export_audit")))).extractall(tmp_path / "zipped")
    assert AuditEntry.objects.get(action="export").actor.username == "dora"
    program = [sys.executable, str(tmp_path / "zipped" / "verify_audit.py"), str(tmp_path / "zipped")]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("all as they were written")) == (0, 2), done.stdout + done.stderr
    export.write(tmp_path / "written")
    for name in ("entries.jsonl", "entries.csv"):
        zipped, written = ((tmp_path / place / name).read_bytes() for place in ("zipped", "written"))
        assert zipped.count(b"join") == 40
        assert written.startswith(zipped)


@pytest.mark.django_db(transaction=True)
def test_without_the_right_nothing_is_exported():
    user = auditor()
    assert exported(user) == 403
    assert AuditEntry.objects.filter(action="export").count() == 0
    assert AuditEntry.objects.get(action="refuse").reason == "no_right"
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "/audit/export/" not in client.get("/audit/").content.decode()
    user.user_permissions.add(Permission.objects.get(codename="export_audit"))
    assert "/audit/export/" in client.get("/audit/").content.decode()
