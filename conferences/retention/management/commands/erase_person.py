"""Erases people who asked for it: callers by number or SIP address, agents by name or number, users by their name."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conferences.errors import NotPossible
from conferences.retention import erasure, pruning


class Command(BaseCommand):
    help = "Erase people from calls, events, directory and the audit's details; that it was done is on record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "who", nargs="+", metavar="WHO", help="a number, a SIP address, an agent's name or number, or user:NAME"
        )
        parser.add_argument("--dry-run", action="store_true", help="count what says something of them; erase nothing")
        parser.add_argument("--why", default="", help="for the record; it is not to name them")
        parser.add_argument(
            "--pause", type=float, default=pruning.PAUSE, metavar="SECONDS", help="between transactions"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Find all of them first. Raises CommandError for somebody who cannot be found, or is in a call."""
        try:
            for person in [erasure.find(one) for one in options["who"]]:
                if options["dry_run"]:
                    self._say(person.called, "would be erased", erasure.count(person))
                else:
                    done = erasure.erase(person, why=options["why"], pause=options["pause"])
                    self._say(person.called, "erased", done)
        except NotPossible as problem:
            raise CommandError(str(problem)) from None

    def _say(self, called: str, verb: str, counts: dict[str, int]) -> None:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        self.stdout.write(f"{called} {verb}: {told}.")
