"""Compares a file's lines with the directory: what each would change, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from conferences.addresses import readable
from conferences.admin.loading.agents import match_agents
from conferences.admin.loading.cells import step
from conferences.admin.loading.known import Holders, Known, supervisor_of
from conferences.admin.loading.steps import Effect, Kind, Step
from conferences.admin.loading.table import Table
from conferences.models.phones import taken

NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """Every line with what it comes to. It may be applied while no line is wrong and some line changes something."""

    steps: list[Step]
    counts: dict[Effect, int]

    @property
    def is_sound(self) -> bool:
        return not self.counts[Effect.WRONG]

    @property
    def changes_something(self) -> bool:
        return bool(self.counts[Effect.NEW] + self.counts[Effect.CHANGED])

    @property
    def digest(self) -> str:
        """Tells two plans apart: what is applied is what was shown."""
        told = "\n".join(f"{one.number} {one.owner} {one.effect} {one.said}" for one in self.steps)
        return hashlib.sha256(told.encode()).hexdigest()


def compare(table: Table, may: Callable[[Step, Known], Iterable[str]] = lambda _step, _known: ()) -> Plan:
    """Compare every line with the directory as it is; write nothing. `may` says, in sentences, what is not allowed."""
    known = Known()
    steps = [step(line) for line in table.lines]
    _find_rows(steps, known)
    teams = {*known.teams, *(one.name for one in steps if one.kind is Kind.TEAM)}
    holders = known.holders(steps)
    for one in steps:
        if one.kind is None:
            continue
        _check_teams(one, teams)
        _check_groups(one, known)
        _check_phones(one, holders)
        if not one.wrong:
            one.changes += _differences(one)
            one.wrong += may(one, known) if one.judge() is not Effect.UNCHANGED else ()
    counts = Counter(one.judge() for one in steps)
    return Plan(steps, {effect: counts[effect] for effect in Effect})


def _find_rows(steps: list[Step], known: Known) -> None:
    places: dict[tuple[Kind, str], int] = {}
    for one in steps:
        if one.kind is None or one.kind is Kind.AGENT:
            continue
        name = one.username if one.kind is Kind.SUPERVISOR else one.name
        earlier = places.setdefault((one.kind, name), one.number)
        if earlier != one.number and name:
            one.wrong.append(f"Line {earlier} is about the {one.kind} {name} too; write all of it in one line.")
        at: dict[Kind, dict[str, Any]] = {
            Kind.TEAM: known.teams, Kind.QUEUE: known.queues, Kind.SUPERVISOR: known.users,
        }  # fmt: skip
        one.row = at[one.kind].get(name) if earlier == one.number else None
    match_agents([one for one in steps if one.kind is Kind.AGENT], known)
    for one in steps:
        if one.kind is not None:
            one.kept = known.phones_of(one.kind, one.row)


def _check_teams(one: Step, teams: set[str]) -> None:
    asked = one.teams or ([one.team] if one.team else [])
    if one.kind in (Kind.QUEUE, Kind.AGENT) and not one.team and one.row is None and not one.wrong:
        one.wrong.append("team: This field is required.")
    for name in asked:
        if name not in teams:
            one.wrong.append(f"team: There is no team “{name[:80]}”, {_there_are(teams)}.")


def _there_are(names: set[str]) -> str:
    if not names:
        return "and no other; write a line for it"
    first = sorted(names)[:NAMED]
    more = " and others" if len(names) > NAMED else ""
    return f"only {', '.join(first)}{more}; write a line for it, or one of these"


def _check_groups(one: Step, known: Known) -> None:
    for name in one.groups or ():
        if name not in known.groups:
            one.wrong.append(f"groups: There is no group “{name[:80]}”. Groups are made in the admin, under Groups.")


def _check_phones(one: Step, holders: Holders) -> None:
    for phone in one.phones or ():
        other = next(holders.against(one.kind or Kind.TEAM, one.owner, phone.address), None)
        if other is not None:
            one.wrong.append(taken(other.address, other.kind, other.label))


def _differences(one: Step) -> list[str]:
    """What a line changes, in words; of a new row what it gets."""
    if one.kind is Kind.SUPERVISOR:
        return [*_of_supervisor(one), *_of_phones(one)]
    now = one.row.team.name if one.row is not None and one.kind is not Kind.TEAM else ""
    return [*(_turned("team", now, one.team) if one.team else ()), *_of_phones(one)]


def _of_supervisor(one: Step) -> list[str]:
    supervisor = supervisor_of(one.row)
    changes = _turned("name", one.row.get_full_name() if one.row else "", one.name) if one.name else []
    if one.row is not None and supervisor is None:
        changes.append("becomes a supervisor")
    if one.teams is not None:
        now = [team.name for team in supervisor.teams.all()] if supervisor else []
        changes += _listed("team", now, one.teams)
    if one.groups is not None:
        changes += _listed("group", [group.name for group in one.row.groups.all()] if one.row else [], one.groups)
    return changes


def _of_phones(one: Step) -> list[str]:
    if one.phones is None:
        return []
    word = "number" if one.kind is Kind.QUEUE else "address"
    now = {str(getattr(row, word)): row for row in one.kept}
    asked = {phone.address: phone for phone in one.phones}
    changes = _listed(word, [*map(readable, now)], [*map(readable, asked)])
    for address in asked.keys() & now.keys():
        name = asked[address].name
        if name and name != now[address].name:
            changes += _turned(f"name of {readable(address)}", now[address].name, name)
    return changes


def _turned(what: str, now: str, asked: str) -> list[str]:
    if now == asked:
        return []
    return [f"{what} {now} → {asked}" if now else f"{what} {asked}"]


def _listed(what: str, now: list[str], asked: list[str]) -> list[str]:
    new = [f"{what} {name} added" for name in asked if name not in now]
    return new + [f"{what} {name} taken away" for name in now if name not in asked]
