"""Replaces everything in the database by a copy that `backup` made."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conferences.management import database_copies


class Command(BaseCommand):
    help = "Replace everything in the database by the copy in FILE. Stop servers and reconciler first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--noinput", action="store_false", dest="interactive", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["interactive"] and input("Everything in the database will be replaced. Type yes: ") != "yes":
            raise CommandError("Nothing was changed.")
        try:
            database_copies.put_back(options["file"])
        except (database_copies.CannotCopy, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The copy is in place. Now: manage.py migrate, manage.py replay_facts, manage.py doctor.")
