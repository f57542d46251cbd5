"""What was heard at the phones of a test call: by a key that was pressed there, or as ticked on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from conferences.models import Leg, TestCall
from conferences.testcall.steps import EXPECTED, SUPERVISOR, YES, key_of


def take_keys(test: TestCall, legs: Mapping[str, Leg]) -> None:
    """Keep what was answered by keys in the mode that is tried now."""
    told: dict[str, dict[str, Any]] = {}
    for phone in EXPECTED.get(test.state, {}):
        leg = legs.get(phone)
        if leg is not None and (key := key_of(test, leg, phone, test.state)):
            at = leg.confirmed_at.isoformat() if leg.confirmed_at else ""
            told[phone] = {"heard": key == YES, "key": key, "leg": leg.call_control_id, "at": at}
    if told and test.state not in test.answers:
        keep(test, test.state, told)


def has_spoken(test: TestCall) -> bool:
    """Return whether the supervisor said by her key that she has spoken in the mode that is tried now."""
    leg = Leg.objects.filter(call_control_id=test.legs.get(SUPERVISOR, "")).first()
    return leg is not None and bool(key_of(test, leg, SUPERVISOR, test.state))


def keep(test: TestCall, mode: str, told: Mapping[str, Mapping[str, Any]]) -> bool:
    """Keep what is told of a mode and was not told before; return False where that is not asked any more."""
    with transaction.atomic():
        row = TestCall.objects.select_for_update().get(pk=test.pk)
        if row.ended_at is not None or row.state != mode or mode in row.answers:
            return False
        row.proof[mode] = {**told, **row.proof.get(mode, {})}
        if row.proof[mode].keys() >= EXPECTED[mode].keys():
            row.answers[mode] = {phone: row.proof[mode][phone]["heard"] for phone in EXPECTED[mode]}
        row.save(update_fields=["proof", "answers"])
    test.proof, test.answers = row.proof, row.answers
    return True


def told(test: TestCall) -> dict[str, list[str | None]]:
    """Return what was heard at each phone in each mode, and how that is known, for the audit."""
    return {
        f"{mode}, {phone}": [None, f"{'heard' if one['heard'] else 'not heard'}, {_how(one)}"]
        for mode, phones in test.proof.items()
        for phone, one in phones.items()
    }


def _how(one: Mapping[str, Any]) -> str:
    if "key" in one:
        return f"by key {one['key']} on leg {one['leg']} at {one['at']}"
    return f"as {one['by']} said at {one['at']}"
