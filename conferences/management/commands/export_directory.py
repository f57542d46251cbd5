"""Write teams, queues, agents and supervisors as a file that load_directory reads."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from conferences.admin.loading.exporting import export


class Command(BaseCommand):
    help = "Write the directory as CSV, to standard output or to a file. Loading it again changes nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", help="where to write it; standard output without")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"]:
            Path(options["file"]).write_text(export(), encoding="utf-8-sig", newline="")
        else:
            self.stdout.write(export(), ending="")
