"""Audit entries that could not be written at their time, kept until they can be."""

from __future__ import annotations

from typing import Any

from django.db import models


class OwedEntry(models.Model):
    """What an audit entry would hold, as of when it was due; `intent`: of an outcome whose intent is owed too."""

    values: models.JSONField[Any, Any] = models.JSONField()
    intent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="outcomes")

    class Meta:
        ordering = ["id"]
        verbose_name = "owed audit entry"
        verbose_name_plural = "owed audit entries"

    def __str__(self) -> str:
        return f"{self.values.get('action', '')} at {self.values.get('at', '')}"
