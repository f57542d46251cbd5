"""Takes a test call on, a step at a time, and ends it with every leg of it hung up. Safe for several at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db.models import Q

from conferences import clock
from conferences.audit import entries
from conferences.models import AuditEntry, Leg, TestCall
from conferences.telnyx.errors import TelnyxError
from conferences.telnyx.rules import InvalidCommand
from conferences.testcall import commands
from conferences.testcall.answers import take_keys, told
from conferences.testcall.steps import MODES, PHONES, Failure, client_state, differences, next_step

HELD: Final = timedelta(seconds=45)  # longer than any command takes
QUESTIONS: Final = ("say:", "heard:")  # in a conference they are not documented: a test goes on without
LOOKED_AFTER: Final = timedelta(minutes=10)  # a phone may ring late


def due() -> Iterator[TestCall]:
    """Yield the one that runs, and those that are over while a phone of theirs is up."""
    now = clock.now()
    for test in TestCall.objects.filter(Q(ended_at=None) | Q(ended_at__gt=now - LOOKED_AFTER)):
        if test.ended_at is None or any(leg.state != Leg.State.ENDED for leg in legs_of(test).values()):
            yield test


def legs_of(test: TestCall) -> dict[str, Leg]:
    """Return what is known of the legs by the phone, as an answer named them or by what was sent along."""
    states = {client_state(test, phone): phone for phone in PHONES}
    known = {call_control_id: phone for phone, call_control_id in test.legs.items()}
    rows = Leg.objects.filter(Q(call_control_id__in=known) | Q(client_state__in=states))
    return {known.get(one.call_control_id) or states[one.client_state]: one for one in rows}


def advance(test: TestCall) -> None:
    """Take every step that can be taken now; end it at the first that fails."""
    if not _hold(test):
        return
    try:
        test.refresh_from_db()
        if test.ended_at is not None:
            hang_up_all(test)
            return
        take_keys(test, legs_of(test))
        while test.ended_at is None and (step := next_step(test, legs_of(test), clock.now())) is not None:
            _take(test, step)
    finally:
        TestCall.objects.filter(pk=test.pk).update(held_until=None)


def _hold(test: TestCall) -> bool:
    now = clock.now()
    is_free = Q(held_until=None) | Q(held_until__lt=now)
    return bool(TestCall.objects.filter(is_free, pk=test.pk).update(held_until=now + HELD))


def _take(test: TestCall, step: str | Failure) -> None:
    if isinstance(step, Failure):
        end(test, TestCall.State.FAILED, step=step.step, problem=step.sentence)
    elif step == "finish":
        wrong = differences(test.answers)
        state = TestCall.State.FAILED if wrong else TestCall.State.PROVED
        end(test, state, step="heard" if wrong else "", problem=" ".join(wrong))
    else:
        _send(test, step)


def _send(test: TestCall, step: str) -> None:
    try:
        commands.send(test, step)
    except (TelnyxError, InvalidCommand) as error:
        if not step.startswith(QUESTIONS):
            end(test, TestCall.State.FAILED, step=step, problem=str(error))
            return
        test.done.append(f"refused:{step}")  # whoever is at that phone says it on the page
    test.done.append(step)
    mode = step.removeprefix("say:")
    if mode in MODES:
        test.state, test.state_since = TestCall.State(mode), clock.now()
    # Whoever stopped it meanwhile is not written over; her own answers are written elsewhere.
    fields = {"done": test.done, "legs": test.legs, "conference_id": test.conference_id}
    if not TestCall.objects.filter(pk=test.pk, ended_at=None).update(
        state=test.state, state_since=test.state_since, **fields
    ):
        TestCall.objects.filter(pk=test.pk).update(**fields)
        test.refresh_from_db()
        hang_up_all(test)


def end(test: TestCall, state: TestCall.State, *, step: str = "", problem: str = "") -> None:
    """End it as this, keep where and why but no number, and hang up every phone; a second end changes nothing."""
    now = clock.now()
    ended = {
        "state": state,
        "failed_step": step,
        "problem": problem,
        "ended_at": now,
        "legs": test.legs,
        "running": None,
    }
    ended["phones"] = {}  # whose they were is of no use any more
    if TestCall.objects.filter(pk=test.pk, ended_at=None).update(**ended):
        entries.write(
            phase=AuditEntry.Phase.OUTCOME,
            action="test_call",
            result=AuditEntry.Result.OK,
            actor=test.started_by,
            note=f"{state.label} {problem}".strip(),
            changes=told(test),
        )
    test.refresh_from_db()
    hang_up_all(test)


def hang_up_all(test: TestCall) -> None:
    """Hang up whatever is or may be up: one that fails keeps no other, and is tried again as long as it is up."""
    legs = legs_of(test)
    ended = {leg.call_control_id for leg in legs.values() if leg.state == Leg.State.ENDED}
    up = {*test.legs.values(), *(leg.call_control_id for leg in legs.values())} - ended
    for call_control_id in sorted(up):
        commands.hang_up(test, call_control_id)
