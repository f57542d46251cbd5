"""Counts what the database refuses, whoever asked it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from conferences import metrics

# Django's (PEP 249); what a library derives from one of them is counted as that one.
_KINDS: Final = frozenset(
    {
        *("DatabaseError", "DataError", "Error", "IntegrityError", "InterfaceError", "InternalError"),
        *("NotSupportedError", "OperationalError", "ProgrammingError"),
    }
)


def begin() -> None:
    """Count from now on, on every connection."""
    for kind in _KINDS:
        metrics.DATABASE_ERRORS.labels(kind)
    connection_created.connect(_watch, dispatch_uid="database errors")


def _watch(connection: BaseDatabaseWrapper, **_: object) -> None:
    if _counted not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _counted)  # around all others: what they raise counts too


def _counted(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    try:
        return execute(sql, params, many, context)
    except Error as error:
        metrics.DATABASE_ERRORS.labels(_kind(error)).inc()
        raise


def _kind(error: Error) -> str:
    return next(one.__name__ for one in type(error).__mro__ if one.__name__ in _KINDS)
