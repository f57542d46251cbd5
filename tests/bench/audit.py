"""How long an audit takes to verify: `python -m tests.bench.audit [--entries 1000000]`, beside what its hashes cost."""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import django

AT_ONCE = 5000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
GOAL = 120.0
VARY = {"id", "seq", "at", "detail_digest", "previous_hash", "hash", "entry", "salt"}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.audit", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    entries = parser.parse_args(arguments).entries
    with tempfile.TemporaryDirectory(prefix="earshot-audit-") as home:
        if "DATABASE_URL" not in os.environ:
            os.environ["DATABASE_URL"] = f"sqlite:///{home}/audit.sqlite3"
        os.environ |= {"DEBUG": "1", "SECRET_KEY": "of the bench", "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
        django.setup()
        _fill(entries)
        return _measure(entries)


def _fill(entries: int) -> None:
    """Past the program, which would write them one after another: the same rows, chained in the same way."""
    from django.core.management import call_command
    from django.db import transaction

    from conferences.audit.proof import triggers

    call_command("migrate", verbosity=0, skip_checks=True)
    triggers.remove()
    made = _chained()
    for first in range(0, entries, AT_ONCE):
        batch = [next(made) for _ in range(min(AT_ONCE, entries - first))]
        with transaction.atomic():
            _insert([one for one, _ in batch])
            _insert([one for _, one in batch])
        _tell(f"{first + len(batch):,} written")
    triggers.install()


def _insert(rows: list[Any]) -> None:
    """What differs from row to row, in the columns of the first."""
    from django.db import connection

    fields = rows[0]._meta.concrete_fields
    columns = ", ".join(f'"{one.column}"' for one in fields)
    statement = f"INSERT INTO {rows[0]._meta.db_table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608
    values = [one.get_db_prep_save(getattr(rows[0], one.attname), connection) for one in fields]
    varying = [place for place, one in enumerate(fields) if one.name in VARY]
    for row in rows:
        for place in varying:
            values[place] = fields[place].get_db_prep_save(getattr(row, fields[place].attname), connection)
        row.made = tuple(values)
    with connection.cursor() as cursor:
        cursor.executemany(statement, [row.made for row in rows])


def _chained() -> Iterator[tuple[Any, Any]]:
    """Two rows again and again, each time with the next number, time and hashes."""
    from conferences.audit.proof import digests
    from conferences.models import AuditDetail, AuditEntry

    people: list[dict[str, Any]] = [{"agent": 7, "name": "Ana Ruiz"}, {"agent": None, "name": "+1 ••• ••71"}]
    said = {"actor_name": "Marta Gil", "account": "marta", "source_ip": "192.0.2.7", "people": people}
    said |= {"claim": "Only Ana Ruiz hears you. +1 ••• ••71 does not.", "targets": people[:1]}
    told = {
        "phase": "outcome",
        "action": "update",
        "role": "whisper",
        "result": "ok",
        "call_control_id": "v3:" + "x" * 60,
    }
    head = digests.START
    for seq in itertools.count(1):
        detail = AuditDetail(entry_id=seq, salt=f"{seq:064x}", **said)
        entry = AuditEntry(pk=seq, seq=seq, at=BEGAN + timedelta(seconds=seq), previous_hash=head, **told)
        entry.detail_digest = digests.detail_digest(vars(detail))
        entry.hash = head = digests.entry_hash(vars(entry))
        yield entry, detail


def _measure(entries: int) -> int:
    from django.db import connection

    from conferences.audit.proof import verification

    began, spent = time.perf_counter(), time.process_time()
    found = verification.verify(progress=lambda count: _tell(f"{count:,} verified"))
    amiss = verification.around_the_chain()
    took, used = time.perf_counter() - began, time.process_time() - spent
    began = time.process_time()
    for _ in range(entries):
        hashlib.sha256(b"x" * 700).hexdigest()
        hashlib.sha256(b"x" * 500).hexdigest()
    floor = time.process_time() - began
    _tell("")
    sys.stdout.write(
        f"{connection.vendor}: {found.count:,} entries in {took:.1f} s, of which {used:.1f} s of this processor; "
        f"their hashes alone {floor:.1f} s; goal {GOAL:.0f} s a million. Load {os.getloadavg()[0]:.1f}.\n"
    )
    return 1 if found.findings or amiss or found.count != entries else 0


def _tell(said: str) -> None:
    sys.stderr.write(f"\r{said:<40}")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
