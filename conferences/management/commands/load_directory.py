"""Load teams, queues, agents and supervisors from a file; say what each line changes, or what is wrong."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from conferences.admin.loading import applying, comparing, table
from conferences.admin.loading.steps import Effect
from conferences.errors import NotPossible

WRONG: Final = 1  # the exit code where nothing was written as a line is wrong


class Command(BaseCommand):
    help = (
        "Load teams, queues with numbers, agents with addresses and supervisors with phones and groups from a CSV "
        "file: all of it, or nothing where a line is wrong. Rows that the file does not name stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a CSV file, as export_directory writes it; - for what is piped in")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            read = table.read(_content(options["file"]))
            compare = partial(comparing.compare, read)
            plan = compare() if options["dry_run"] else applying.apply(compare)
        except (NotPossible, OSError) as error:
            raise CommandError(str(error)) from None
        self._tell(plan, read.note, written=not options["dry_run"] and plan.is_sound)
        if not plan.is_sound:
            sys.exit(WRONG)

    def _tell(self, plan: comparing.Plan, note: str, *, written: bool) -> None:
        if note:
            self.stdout.write(self.style.WARNING(note))
        for step in plan.steps:
            if step.effect is not Effect.UNCHANGED or step.wrong:
                paint = self.style.ERROR if step.wrong else self.style.SUCCESS
                said = f" {'; '.join(step.said)}" if step.said else ""
                about = f"{step.kind or '?'} {step.name or step.username}"
                self.stdout.write(f"line {step.number}: {paint(step.effect)} {about}:{said}")
        counts = ", ".join(f"{count} {effect}" for effect, count in plan.counts.items())
        self.stdout.write(f"{counts}. {'Written.' if written else 'Nothing was written.'}")


def _content(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
