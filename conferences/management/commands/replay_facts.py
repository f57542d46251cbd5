"""Folds everything again from the stored facts: how a mistake in the fold is repaired."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from conferences.ingest import feed, inbox, projection
from conferences.models import Conference, Fact, Leg

Batch = tuple[list[str], list[str]]

LEGS_AT_ONCE = 100


class Command(BaseCommand):
    help = "Fold conferences and legs again from their facts, and say which fields of which rows that changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--conference", metavar="ID", help="this one alone, by the provider's id or by ours")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fold again, in one transaction for each conference, so that webhooks wait for one of them at most."""
        self.dry_run, self.changed = options["dry_run"], 0
        one = options["conference"]
        batches = [([_conference_id(one)], [])] if one else [*_everything()]
        taken_up = 0 if self.dry_run else self._take_up()
        if not self.dry_run and not one:
            self._take_up_parked()
        for conference_ids, call_control_ids in batches:
            self._fold_again(conference_ids, call_control_ids)
        if taken_up:
            self.stdout.write(f"{taken_up} facts of types that used to be unknown count now.")
        rows = f"{self.changed} {'row' if self.changed == 1 else 'rows'}"
        self.stdout.write(f"{rows} would change." if self.dry_run else f"{rows} changed.")

    def _take_up(self) -> int:
        with feed.writing():
            return inbox.reapply_ignored()

    def _take_up_parked(self) -> None:
        """What a mistake of ours kept from counting is tried again, each by itself."""
        facts = list(inbox.parked())
        count = sum(inbox.take_up(fact) for fact in facts)
        if facts:
            self.stdout.write(f"{count} of {len(facts)} parked facts count now.")

    def _fold_again(self, conference_ids: list[str], call_control_ids: list[str]) -> None:
        with feed.writing():
            if self.dry_run:
                inbox.reapply_ignored()
            found = projection.fold_again(conference_ids, call_control_ids)
            transaction.set_rollback(self.dry_run)
        for what, names in found.items():
            self.stdout.write(f"{what}: {', '.join(names)}")
        self.changed += len(found)


def _conference_id(one: str) -> str:
    """A conference that facts name and no row does is one too."""
    told = Fact.objects.filter(conference_id=one).exclude(outcome=Fact.Outcome.DEAD)
    if told.exists():
        return one
    ours = _as_uuid(one)
    row = Conference.objects.filter(pk=ours).first() if ours else None
    if row is None:
        raise CommandError(f"There is no conference {one}.")
    return row.conference_id


def _as_uuid(one: str) -> UUID | None:
    try:
        return UUID(one)
    except ValueError:
        return None


def _everything() -> Iterator[Batch]:
    """Every conference that rows or facts name, then the legs, among them those that are in no conference."""
    rows = Conference.objects.values_list("conference_id", flat=True)
    told = Fact.objects.exclude(conference_id="").values_list("conference_id", flat=True)
    for conference_id in sorted({*rows, *told}):
        yield [conference_id], []
    named = Fact.objects.exclude(call_control_id="").values_list("call_control_id", flat=True)
    legs = sorted({*Leg.objects.values_list("call_control_id", flat=True), *named})
    for start in range(0, len(legs), LEGS_AT_ONCE):
        yield [], legs[start : start + LEGS_AT_ONCE]
