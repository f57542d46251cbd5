"""Rows of something that begins and ends: each is open until it has an end."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models

_Row = TypeVar("_Row", bound=models.Model)


class OpenQuerySet(models.QuerySet[_Row]):
    """Of rows with an `ended_at`."""

    def open(self) -> Self:
        """Keep those that are not over, as far as is on record."""
        return self.filter(ended_at=None)
