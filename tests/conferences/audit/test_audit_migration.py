"""What was recorded before there was a chain gets into it by migration, and out of it again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from conferences.audit.proof import triggers, verification
from conferences.models import AuditEntry

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 11, 22, 10, 42, 7, 5, tzinfo=UTC)
BEFORE, AFTER = ("conferences", "0029_hops"), ("conferences", "0030_audit_chain")


def migrate(*targets):
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets or executor.loader.graph.leaf_nodes()))
    return executor.loader.project_state(list(targets)).apps if targets else None


def test_old_entries_are_chained_and_back():
    try:
        old = migrate(BEFORE).get_model("conferences", "AuditEntry")
        told = {"at": AT, "phase": "outcome", "action": "join", "source_ip": "192.0.2.7", "targets": [{"name": "Ana"}]}
        for name in ("Marta Gil", "Ñandú"):
            old.objects.create(**told, actor_name=name, note="said")
        migrate(AFTER)
        migrate(BEFORE)
        assert list(old.objects.order_by("pk").values_list("actor_name", "source_ip", "note")) == [
            ("Marta Gil", "192.0.2.7", "said"),
            ("Ñandú", "192.0.2.7", "said"),
        ]
    finally:
        migrate()
        triggers.install()
    assert [(one.seq, one.actor_name, one.source_ip, one.targets) for one in AuditEntry.objects.order_by("seq")] == [
        (1, "Marta Gil", "192.0.2.7", [{"name": "Ana"}]),
        (2, "Ñandú", "192.0.2.7", [{"name": "Ana"}]),
    ]
    assert verification.verify().findings == []
    assert verification.around_the_chain() == []
