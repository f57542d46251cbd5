"""The audit in tests: entries as they might have been written at any time, and tables that are emptied afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client

from conferences.audit import access
from conferences.audit.proof import chain, triggers
from conferences.audit.proof.digests import DETAIL_FIELDS
from conferences.models import AuditDetail, AuditEntry


def enter(**values: Any) -> AuditEntry:
    """Write an entry at the end of the chain, with any columns of it and of its details."""
    detail = AuditDetail(**{name: values.pop(name) for name in DETAIL_FIELDS if name in values})
    return chain.append(AuditEntry(**values), detail)


@pytest.fixture(autouse=True)
def nothing_was_read() -> Iterator[None]:
    """What was on record a moment ago in another test is not in this one."""
    yield
    for recently in (access.READ, access.FAILED, access.REFUSED):
        recently.forget()


@pytest.fixture(scope="session", autouse=True)
def audit_lets_go_between_tests() -> Iterator[None]:
    """Tests with transactions of their own empty every table afterwards, which triggers keep everybody else from."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def without_triggers(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        triggers.remove(self.connection.alias)
        flush(self, sql_list)
        triggers.install(self.connection.alias)

    BaseDatabaseOperations.execute_sql_flush = without_triggers
    yield
    BaseDatabaseOperations.execute_sql_flush = flush


def unrecorded(user: User) -> Client:
    """Log somebody in, and let her read the audit, without that standing in it: where a test counts what does."""
    user_logged_in.disconnect(dispatch_uid="audit login")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    access.connect()
    access.READ.count((client.session.session_key, user.pk, "audit", ""))
    return client
