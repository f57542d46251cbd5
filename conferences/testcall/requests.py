"""What an administrator asks of a test call: begin, say what was heard, stop; and what the last ones proved."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from conferences import clock
from conferences.addresses import canonical
from conferences.errors import NotPossible
from conferences.models import TestCall
from conferences.telnyx import rules
from conferences.telnyx.rules import InvalidCommand
from conferences.testcall import advancing, answers
from conferences.testcall.steps import PHONES


def begin(user: User, phones: Mapping[str, str]) -> TestCall:
    """Begin to ring three phones. Raises NotPossible for an address that cannot be dialled, or while another runs."""
    called = {phone: _dialled(phones.get(phone, ""), phone) for phone in PHONES}
    if len({*called.values()}) < len(PHONES):
        raise NotPossible("These must be three different phones.")
    now = clock.now()
    try:
        with transaction.atomic():
            test = TestCall.objects.create(started_by=user, started_at=now, state_since=now, phones=called)
    except IntegrityError:
        raise NotPossible("A test call is going on already.") from None
    advancing.advance(test)
    return test


def answer(test: TestCall, mode: str, heard: Mapping[str, bool], user: User) -> None:
    """Keep what she says was heard where no key has said it, and go on. Raises NotPossible if it is asked no more."""
    at = clock.now().isoformat()
    told = {phone: {"heard": one, "by": user.get_username(), "at": at} for phone, one in heard.items()}
    if not answers.keep(test, mode, told):
        raise NotPossible("This is not asked any more.")
    advancing.advance(test)


def stop(test: TestCall) -> None:
    """End it at once, with every phone of it hung up."""
    advancing.end(test, TestCall.State.STOPPED)


def running() -> TestCall | None:
    """Return the one that is going on."""
    return TestCall.objects.filter(ended_at=None).first()


def last_result() -> TestCall | None:
    """Return the last one that came to a result: what this account is known to do."""
    ended = TestCall.objects.filter(ended_at__isnull=False).exclude(state=TestCall.State.STOPPED)
    return ended.select_related("started_by").first()


def _dialled(text: str, phone: str) -> str:
    address = canonical(text.strip())
    try:
        rules.check_dialled("to", address)
    except InvalidCommand:
        raise NotPossible(f"The {phone}'s phone cannot be dialled: give a number with + or a SIP address.") from None
    return address
