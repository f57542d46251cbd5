"""How it is made sure that a person answered a supervisor's phone, before anything is joined with it."""

from __future__ import annotations

from django.db import models


class AnswerCheck(models.TextChoices):
    """A device's, and the one a supervision began with."""

    PRESS_1 = "press_1", "press 1: a short spoken line asks for the key"
    DETECT = "detect", "detect: the provider listens for voicemails, faxes and call screeners"
    TRUST = "trust", "trust: whoever answers is believed to be the supervisor"


def usual_check(address: str) -> AnswerCheck:
    """Return what is done where a device says nothing: only a telephone number has a network that takes calls."""
    return AnswerCheck.TRUST if address.startswith(("sip:", "sips:")) else AnswerCheck.PRESS_1
