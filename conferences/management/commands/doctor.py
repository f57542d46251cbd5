"""Examine this installation and print what is found and how to mend it; the exit code says the worst."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from textwrap import fill
from typing import Any

from django.core.management.base import BaseCommand

from conferences.doctor import Finding, Level, examine

WIDTH = 100
INDENT = 28


class Command(BaseCommand):
    help = "Examine settings, stores, directory and provider. Exit code 0: all is well; 1: warnings; 2: errors."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = self._as_json() if options["json"] else self._as_text()
        worst = max(finding.level for finding in findings)
        if worst is not Level.OK:
            sys.exit(worst)

    def _as_text(self) -> list[Finding]:
        """Each finding as soon as it is there: the provider may take its time."""
        findings = []
        for finding in examine():
            findings.append(finding)
            self._write(finding)
            self.stdout.flush()
        self.stdout.write(f"\n{_summary(findings)}")
        return findings

    def _write(self, finding: Finding) -> None:
        paint = (self.style.SUCCESS, self.style.WARNING, self.style.ERROR)[finding.level]
        level = paint(f"{finding.level.name.lower():<9}")
        message = fill(finding.message, WIDTH, initial_indent=" " * INDENT, subsequent_indent=" " * INDENT).lstrip()
        self.stdout.write(f"{level}{finding.subject:<19}{message}")
        if finding.fix:
            self.stdout.write(
                fill(finding.fix, WIDTH, initial_indent=" " * (INDENT - 2) + "→ ", subsequent_indent=" " * INDENT)
            )

    def _as_json(self) -> list[Finding]:
        findings = list(examine())
        told = [
            {"level": one.level.name.lower(), "subject": one.subject, "said": one.message, "mend": one.fix}
            for one in findings
        ]
        worst = max(finding.level for finding in findings)
        self.stdout.write(json.dumps({"worst": worst.name.lower(), "findings": told}, indent=2, ensure_ascii=False))
        return findings


def _summary(findings: list[Finding]) -> str:
    errors, warnings = (sum(one.level is level for one in findings) for level in (Level.ERROR, Level.WARNING))
    if not errors and not warnings:
        return "All is well."
    counts = [(errors, "error"), (warnings, "warning")]
    return ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count) + "."
