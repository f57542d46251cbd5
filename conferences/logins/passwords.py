"""Passwords that somebody else chose: the only writer of that mark."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from conferences.models import TemporaryPassword


def mark_temporary(user: AbstractBaseUser) -> None:
    """Note that this password was chosen by somebody else, who knows it as well."""
    TemporaryPassword.objects.update_or_create(user_id=user.pk, defaults={"since": timezone.now()})


def mark_own(user: AbstractBaseUser) -> None:
    """Note that the password is the user's own now."""
    TemporaryPassword.objects.filter(user_id=user.pk).delete()


def is_temporary(user: AbstractBaseUser) -> bool:
    """Return whether the password must be changed before anything else."""
    return TemporaryPassword.objects.filter(user_id=user.pk).exists()
