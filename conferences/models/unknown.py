"""What calls show that the directory lacks: one model to list it by, one for what an administrator says is not ours."""

from __future__ import annotations

from django.db import models

from conferences.models.legs import Leg


class ForeignAddress(models.Model):
    """An address of which an administrator has said that it is nobody's of the center: it is not asked about again."""

    address = models.CharField(max_length=255, unique=True)  # canonical
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-noted_at"]
        verbose_name = "address that is not ours"
        verbose_name_plural = "addresses that are not ours"

    def __str__(self) -> str:
        return f"Address {self.pk}"


class UnknownAddress(Leg):
    """The entry in the admin for the addresses that conferences.unassigned.addresses finds; no table of its own."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "unknown address seen today"
        verbose_name_plural = "unknown addresses seen today"
