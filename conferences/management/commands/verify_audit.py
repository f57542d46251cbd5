"""Verifies the audit: says whether every entry is as it was written, and names the first that is not."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conferences.audit import keeping
from conferences.audit.proof import checkpoints, verification
from conferences.models import AuditEntry


class Command(BaseCommand):
    help = "Verify the audit: that nothing was changed, inserted, deleted, moved, cut off or written twice over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--checkpoint", type=Path, action="append", default=[], metavar="FILE", help="checkpoints kept elsewhere"
        )
        parser.add_argument(
            "--take-in", action="store_true", help="chain what the release before wrote while both ran, on record"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the audit from its first entry to its last. Raises CommandError when something is not as it was."""
        if options["take_in"]:
            self.stdout.write(f"{keeping.take_in()} entries chained.")
        known = checkpoints.read(options["checkpoint"])
        problems = [*checkpoints.problems(known)]
        total = AuditEntry.objects.exclude(seq=None).count()
        verifier = verification.verify(known, progress=lambda done: self._tell(done, total))
        problems += verification.around_the_chain()
        for one in verifier.findings:
            self.stderr.write(f"Entry {one.seq}: {one.sentence}")
        if verifier.findings:
            problems.insert(0, verification.first(verifier.findings))
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{verifier.count} entries, all as they were written. Head: {verifier.head}")

    def _tell(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done} of {total} entries ({done * 100 // max(total, 1)} %)", ending="")
        self.stderr.flush()
