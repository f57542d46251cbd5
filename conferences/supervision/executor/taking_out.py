"""Takes many out of one call together: what each needs is written for all at once, and only commands are left to send.

Where each is carried on by herself, the last of many hears on for as long as the writing for all before her takes.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import partial
from typing import Final

from django.conf import settings
from django.db import close_old_connections

from conferences import signals
from conferences.ingest import feed
from conferences.liveness import boundaries
from conferences.models import Conference, Supervision
from conferences.supervision import lease, notices, store
from conferences.supervision.commands import sending
from conferences.supervision.commands.sending import Due, Sent
from conferences.supervision.executor import advancing, overtaking
from conferences.supervision.snapshot import take_snapshots_of_leaving
from conferences.supervision.state_machine.deciding import decide
from conferences.supervision.state_machine.steps import CommandResult, Decision, Snapshot, Step

MOST_AT_ONCE: Final = 24
# How long, in seconds, the answers of all are waited for before those that are there are noted: writing takes time from
# commands that are still to go. Much less than the patience with a leave, after which a phone is hung up beside it.
GATHERED: Final = 0.2
_OUT: Final = (Step.LEAVE, Step.HANGUP)


def prepare(conference: Conference) -> list[Due]:
    """Decide for all who are to leave this call, write that and the intents, and return the commands to send.

    Call it in the transaction in which they were told to leave, which has their rows locked, and `send` after it. For
    whom a command is under way it is left to that one's worker, and to whoever overtakes it.
    """
    told = [(one, decide(one)) for one in take_snapshots_of_leaving(conference)]
    steps = {one.supervision.pk: decision.step for one, decision in told if decision.step in _OUT}
    changes = [(one.supervision, _columns(one, decision)) for one, decision in told if one.supervision.pk in steps]
    return sending.intend_all([(one, steps[one.pk]) for one in store.note_all(changes)])


def _columns(snapshot: Snapshot, decision: Decision) -> dict[str, object]:
    columns = {**decision.columns, **advancing.kept_command(snapshot, decision.step)}
    return notices.worded(columns | lease.taken(snapshot.supervision))


def send(commands: Sequence[Due]) -> None:
    """Send these commands side by side, note what came of each, and hang up the phones of those who are out.

    In a thread apart where tasks have theirs.
    """
    if not commands:
        return
    if not settings.RUN_BACKGROUND:
        while commands:
            commands = _note([sending.carry_out(one) for one in commands])
        return
    task = partial(boundaries.ONE_TASK.run, partial(_send_side_by_side, commands))
    threading.Thread(target=copy_context().run, args=(task,), name="taking out", daemon=True).start()


def _send_side_by_side(commands: Sequence[Due]) -> None:
    with ThreadPoolExecutor(min(len(commands), MOST_AT_ONCE), thread_name_prefix="taking out") as pool:

        def begin(commands: Sequence[Due]) -> set[Future[list[Sent]]]:
            return {pool.submit(copy_context().run, _send_apart, one) for one in commands}

        done, waiting = wait(begin(commands), timeout=GATHERED)
        while done or waiting:
            waiting |= begin(_note([one for future in done for one in future.result()]))
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
    signals.work_arrived.send(sender=None)
    close_old_connections()


def _send_apart(command: Due) -> list[Sent]:
    """What came of it; nothing where a mistake of ours kept it from being sent: then her phone is hung up beside it."""
    sent: list[Sent] = []
    boundaries.ONE_TASK.run(lambda: sent.append(sending.carry_out(command)))
    close_old_connections()
    return sent


def _note(sent: Sequence[Sent]) -> list[Due]:
    """Write what came of these commands, and return what is to be sent next: to hang up the phones of who is out.

    Whoever looks next carries on everybody else. Both are written at once, before others look.
    """
    results = sending.conclude(sent)
    came = [(one.due.supervision, one.due.step, result) for one, result in zip(sent, results, strict=True)]
    for one, step, result in came:
        sending.tell(one, step, result)
    calls = {one.conference_id: one.conference for one, step, _ in came if step is Step.LEAVE}
    with feed.writing():
        held = store.note_all((one, _columns_after(one, step, result)) for one, step, result in came)
        hangups = [due for conference in calls.values() for due in prepare(conference)]
    for one, step, result in came:
        if one not in held:
            overtaking.hear_late(one, step, result)
        if step is Step.HANGUP and result.code in sending.LEG_GONE:
            sending.leg_is_gone(one)
    return hangups


def _columns_after(supervision: Supervision, step: Step, result: CommandResult) -> dict[str, object]:
    return advancing.columns_of(supervision, step, result) | lease.GIVEN_BACK
