"""Deletes what has been kept for as long as the settings say."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from conferences.retention import pruning
from conferences.retention.kinds import KINDS, Kind


class Command(BaseCommand):
    help = "Delete what is older than it is to be kept (RETAIN_…_DAYS), a little at a time, while everything goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = [kind.name for kind in KINDS]
        parser.add_argument("--only", choices=names, action="append", metavar="KIND", help=f"one of {', '.join(names)}")
        parser.add_argument("--dry-run", action="store_true", help="count what would be deleted, and delete nothing")
        parser.add_argument(
            "--pause", type=float, default=pruning.PAUSE, metavar="SECONDS", help="between two transactions, at least"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete, kind by kind, and say how much went."""
        kinds = [kind for kind in KINDS if not options["only"] or kind.name in options["only"]]
        months = {kind.name: kind.months(kind.before) for kind in kinds}
        if options["dry_run"]:
            self._say(kinds, pruning.count(kinds), months, "would be deleted")
            return
        done = pruning.prune(kinds, pause=options["pause"], progress=self._tell)
        for kind in kinds:
            months[kind.name] = [one for one in months[kind.name] if one not in kind.months(kind.before)]
        self._say(kinds, done, months, "deleted")

    def _say(self, kinds: list[Kind], done: dict[str, int], months: dict[str, list[str]], verb: str) -> None:
        for kind in kinds:
            whole = f" Whole months: {', '.join(months[kind.name])}." if months[kind.name] else ""
            self.stdout.write(f"{kind.name}: {done[kind.name]} {verb}: {kind.what}, after {kind.days} days.{whole}")
            if (hindrance := kind.hindrance()) and kind.count(kind.before):
                self.stderr.write(f"{kind.name}: kept beyond their time: {hindrance}")

    def _tell(self, name: str, done: int) -> None:
        self.stderr.write(f"\r{name}: {done}", ending="")
        self.stderr.flush()
