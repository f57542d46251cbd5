"""Writes what a plan says: all of it in one transaction, which live calls follow, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import Group, User

from conferences.admin.live import reaching_live_calls
from conferences.admin.loading.comparing import Plan
from conferences.admin.loading.steps import Effect, Kind, Phone, Step
from conferences.audit import acting, entries
from conferences.errors import NotPossible
from conferences.models import Agent, AgentAddress, AuditEntry, Device, Queue, QueueNumber, Supervisor, Team
from conferences.rights import holding

MOST_SINGLY: Final = 3000
CHANGED_SINCE = "Nothing was written: the directory has changed since you looked. Look again at what would change."


def apply(plan: Callable[[], Plan], *, shown: str | None = None) -> Plan:
    """Make the plan anew while nobody else can change the directory, and write it; return it with its rows.

    Where a line is wrong nothing is written. `shown` is the digest of what somebody has agreed to: raises NotPossible,
    with nothing written, where the plan has become another one.
    """
    with reaching_live_calls():
        made = plan()
        if shown is not None and made.digest != shown:
            raise NotPossible(CHANGED_SINCE)
        if made.is_sound:
            changing = [step for step in made.steps if step.effect is not Effect.UNCHANGED]
            store = _Stored(singly=len(changing) <= MOST_SINGLY)
            _write(changing, store)
            if not store.singly:
                _put_on_record(made)
    return made


@dataclass(frozen=True, slots=True)
class _Stored:
    """How rows are stored: one by one, of which the audit hears, or thousands in a statement, which it is told of."""

    singly: bool

    def add(self, model: Any, rows: list[Any]) -> None:
        if not self.singly:
            model.objects.bulk_create(rows, batch_size=500)
            return
        for row in rows:
            row.save()

    def move(self, model: Any, rows: list[Any]) -> None:
        if not self.singly and not holding.is_asked_for():
            model.objects.bulk_update(rows, ["team"], batch_size=500)
            return
        for row in rows:
            row.save(update_fields=["team"])


def _put_on_record(made: Plan) -> None:
    """One entry for a file too large to have one for each row: how much it was, and which plan."""
    counts = {str(effect): [None, count] for effect, count in made.counts.items()}
    entries.write_or_raise(
        actor=acting.now().user,
        **({} if acting.now().user else {"actor_name": "manage.py load_directory"}),
        phase=AuditEntry.Phase.OUTCOME,
        action="change",
        result=AuditEntry.Result.OK,
        subject="directory",
        changes=counts,
        note=f"From a file, of which the plan has the digest {made.digest}.",
    )


def _write(steps: list[Step], store: _Stored) -> None:
    of = {kind: [step for step in steps if step.kind is kind] for kind in Kind}
    for step in of[Kind.TEAM]:
        if step.row is None:
            step.row = Team.objects.create(name=step.name)
    teams = {one.name: one for one in Team.objects.all()}
    _take_away(steps)
    _save(of[Kind.QUEUE], Queue, teams, store)
    _save(of[Kind.AGENT], Agent, teams, store)
    store.add(QueueNumber, _rows(of[Kind.QUEUE], QueueNumber, ("queue", "number")))
    store.add(AgentAddress, _rows(of[Kind.AGENT], AgentAddress, ("agent", "address")))
    for step in of[Kind.SUPERVISOR]:
        _supervisor(step, teams)


def _save(steps: list[Step], model: Any, teams: dict[str, Team], store: _Stored) -> None:
    new = [step for step in steps if step.row is None]
    for step in new:
        step.row = model(name=step.name, team=teams[step.team])
    store.add(model, [step.row for step in new])
    moved = [step.row for step in steps if step.team and step.row.team_id != teams[step.team].pk]
    for step in steps:
        if step.team:
            step.row.team = teams[step.team]
    store.move(model, moved)


def _take_away(steps: Iterable[Step]) -> None:
    """First of all: what one line gives up another may take, and what a file says for good does not end."""
    _make_lasting(step for step in steps if step.kind is Kind.AGENT and step.row is not None)
    gone: dict[Any, list[int]] = {QueueNumber: [], AgentAddress: [], Device: []}
    for step in steps:
        if step.phones is not None:
            asked = {phone.address for phone in step.phones}
            for row in step.kept:
                if _address(row) not in asked:
                    gone[type(row)].append(row.pk)
    for model, keys in gone.items():
        for begin in range(0, len(keys), 500):
            rows = Device.everything if model is Device else model.objects
            rows.filter(pk__in=keys[begin : begin + 500]).delete()


def _make_lasting(steps: Iterable[Step]) -> None:
    """What a system registered for a while and a line names is written anew, without an end."""
    ending = AgentAddress.objects.exclude(expires_at=None)
    if ending.exists():
        for step in steps:
            ending.filter(agent=step.row, address__in=[phone.address for phone in step.phones or ()]).delete()


def _rows(steps: list[Step], model: Any, names: tuple[str, str]) -> list[Any]:
    owner, address = names
    return [
        model(**{owner: step.row, address: phone.address}, written=phone.written)
        for step in steps
        for phone in _new_phones(step)
    ]


def _new_phones(step: Step) -> list[Phone]:
    kept = {_address(row) for row in step.kept}
    return [phone for phone in step.phones or () if phone.address not in kept]


def _supervisor(step: Step, teams: dict[str, Team]) -> None:
    """One by one, as in the admin: what listens to changes of people's rights hears of each."""
    user = step.row or User(username=step.username)
    if step.name and step.name != user.get_full_name():
        user.first_name, _, user.last_name = step.name.partition(" ")
    if step.row is None:
        user.set_unusable_password()
    user.save()
    step.row = user
    supervisor, _ = Supervisor.objects.get_or_create(user=user)
    if step.teams is not None:
        supervisor.teams.set([teams[name] for name in step.teams])
    if step.groups is not None:
        user.groups.set(Group.objects.filter(name__in=step.groups))
    _devices(step, supervisor)


def _devices(step: Step, supervisor: Supervisor) -> None:
    names = {phone.address: phone.name for phone in step.phones or ()}
    for device in step.kept:
        if (name := names.get(device.address)) and name != device.name:
            device.name = name
            device.save(update_fields=["name"])
    for phone in _new_phones(step):
        name = phone.name or "Phone"
        Device.objects.create(supervisor=supervisor, name=name, address=phone.address, written=phone.written)


def _address(row: Any) -> str:
    return str(row.number if isinstance(row, QueueNumber) else row.address)
