"""Signs of life of the programs that run beside the server."""

from __future__ import annotations

from django.db import models


class Pulse(models.Model):
    """When a program last came round, and what was amiss with it then, in a sentence."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    trouble = models.TextField(blank=True)

    class Meta:
        verbose_name = "sign of life"
        verbose_name_plural = "signs of life"

    def __str__(self) -> str:
        return self.name
