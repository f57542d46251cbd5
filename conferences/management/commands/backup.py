"""Writes a copy of the database into a directory, while everything goes on, and keeps the latest ones."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from conferences.management import database_copies


class Command(BaseCommand):
    help = "Copy the database into DIRECTORY, while everything goes on, and print the copy's path."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--keep", type=int, default=14, help="how many copies stay there (14)")

    def handle(self, *args: Any, **options: Any) -> None:
        place: Path = options["directory"]
        if options["keep"] < 1:
            raise CommandError("One copy must stay: --keep 1 or more.")
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy = place / f"earshot-{timezone.now():%Y%m%d-%H%M%S}{database_copies.ending()}"
        try:
            database_copies.make(copy)
        except (database_copies.CannotCopy, OSError) as error:
            raise CommandError(str(error)) from error
        database_copies.prune(place, options["keep"])
        self.stdout.write(str(copy))
