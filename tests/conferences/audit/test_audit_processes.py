"""Several processes write the audit at the same time, as servers and reconcilers do: it is one chain without gaps."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection

from conferences.audit.proof import verification
from conferences.models import AuditEntry

pytestmark = [pytest.mark.scaled, pytest.mark.slow]

PROCESSES, EACH = 4, 25
WRITER = f"""
import django
django.setup()
from conferences.audit import entries
for number in range({EACH}):
    entries.write(phase="outcome", action="join", result="ok", note=f"{{number}}")
"""


def address() -> str:
    """The test's own database, as another process is told of it."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_four_processes_write_one_chain():
    environment = os.environ | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    writers = [subprocess.Popen([sys.executable, "-c", WRITER], env=environment) for _ in range(PROCESSES)]
    assert [one.wait(timeout=120) for one in writers] == [0] * PROCESSES
    assert list(AuditEntry.objects.order_by("seq").values_list("seq", flat=True)) == [*range(1, PROCESSES * EACH + 1)]
    assert verification.verify().findings == []
