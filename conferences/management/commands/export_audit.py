"""Exports the audit as JSON Lines and CSV, with its chain, its checkpoints and a program that verifies them alone."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conferences.audit import keeping
from conferences.audit.proof import export
from conferences.models import AuditEntry


class Command(BaseCommand):
    help = "Write the whole audit into DIRECTORY, which must not be there yet; the export itself is on record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write that it is exported, and then the files. Raises CommandError when either cannot be."""
        place: Path = options["directory"]
        if place.exists():
            raise CommandError(f"There is something at {place} already.")
        keeping.export_begins()
        total = AuditEntry.objects.exclude(seq=None).count()
        try:
            count = export.write(place, progress=lambda done: self._tell(done, total))
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} entries in {place}. To verify them: python {place / export.VERIFIER} {place}")

    def _tell(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done} of {total} entries ({done * 100 // max(total, 1)} %)", ending="")
        self.stderr.flush()
