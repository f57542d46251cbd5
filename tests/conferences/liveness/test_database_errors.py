"""What the database refuses is counted by its kind, on every connection."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import Group
from django.db import Error, OperationalError, connection, transaction
from prometheus_client import REGISTRY


def counted(kind: str) -> float:
    return REGISTRY.get_sample_value("earshot_database_errors_total", {"kind": kind}) or 0.0


class OfADriver(OperationalError):
    pass


@pytest.mark.parametrize("error", [OperationalError, OfADriver])
def test_what_is_refused_is_counted_by_its_kind(db, error):
    def fail(*_: object) -> None:
        raise error

    before = counted("OperationalError")
    with pytest.raises(Error), connection.execute_wrapper(fail):
        Group.objects.exists()
    assert counted("OperationalError") - before == 1


def test_a_broken_rule_is_counted_too(db):
    Group.objects.create(name="Twins")
    before = counted("IntegrityError")
    with pytest.raises(Error), transaction.atomic():
        Group.objects.create(name="Twins")
    assert counted("IntegrityError") - before == 1


def test_a_connection_of_another_thread_is_watched(transactional_db):
    before, raised = counted("OperationalError") + counted("ProgrammingError"), []

    def ask() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nothing FROM nowhere")
        except Error as error:
            raised.append(error)
        finally:
            connection.close()

    one = threading.Thread(target=ask)
    one.start()
    one.join()
    assert (len(raised), counted("OperationalError") + counted("ProgrammingError") - before) == (1, 1)
