"""The cells of a line, read by the fields that the admin's forms have, and so refused in the same sentences."""

from __future__ import annotations

import re
from typing import Any, Final

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from conferences.admin.loading.steps import Kind, Phone, Step
from conferences.admin.loading.table import Line, split
from conferences.models import Agent, AgentAddress, Device, Queue, QueueNumber, Team

_NAMES: Final[dict[Kind | None, Any]] = {kind: model._meta.get_field("name") for kind, model in (  # noqa: SLF001 - Django's documented way
    (Kind.TEAM, Team), (Kind.QUEUE, Queue), (Kind.AGENT, Agent),
)}  # fmt: skip
_PHONES: Final[dict[Kind | None, Any]] = {
    Kind.QUEUE: QueueNumber._meta.get_field("number"),  # noqa: SLF001
    Kind.AGENT: AgentAddress._meta.get_field("address"),  # noqa: SLF001
    Kind.SUPERVISOR: Device._meta.get_field("address"),  # noqa: SLF001
}
_USERNAME: Final = User._meta.get_field("username")  # noqa: SLF001
_DEVICE_NAME: Final = Device._meta.get_field("name")  # noqa: SLF001
_LONGEST_NAME: Final = 150  # of each half of a user's name
_DEVICE: Final = re.compile(r"(?P<name>[^=:@;<>]{1,60}?)\s*=\s*(?P<address>.+)", re.DOTALL)
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f]")


def step(line: Line) -> Step:
    """Return what a line asks for, with all that is wrong with its cells taken by themselves."""
    kind, cells = _kind(line), line.cells
    asked = Step(line.number, kind, name=cells.get("name", ""), username=cells.get("username", ""))
    if line.fault or kind is None:
        asked.wrong.append(line.fault or "Write team, queue, agent or supervisor in the column kind.")
        return asked
    _read_name(asked)
    _read_teams(asked, split(cells.get("team", "")))
    _read_phones(asked, split(cells.get("addresses", "")))
    asked.groups = split(cells.get("groups", "")) or None
    if asked.groups and kind is not Kind.SUPERVISOR:
        asked.wrong.append(f"Only a supervisor has groups, no {kind}.")
    return asked


def _kind(line: Line) -> Kind | None:
    text = line.cells.get("kind", "").lower()
    return Kind(text) if text in {*Kind} else None


def _read_name(asked: Step) -> None:
    if asked.kind is Kind.SUPERVISOR:
        _say(asked, "username", lambda: _USERNAME.clean(asked.username, None))
        if any(len(half) > _LONGEST_NAME for half in asked.name.partition(" ")):
            asked.wrong.append(f"name: A first or last name has at most {_LONGEST_NAME} characters.")
    else:
        _say(asked, "name", lambda: _NAMES[asked.kind].clean(asked.name, None))
        if asked.username:
            asked.wrong.append(f"Only a supervisor has a user name, no {asked.kind}.")
    if _UNSEEN.search(f"{asked.name}{asked.username}"):
        asked.wrong.append("name: There is a line break or another character in it that cannot be seen.")


def _read_teams(asked: Step, teams: list[str]) -> None:
    if asked.kind is Kind.SUPERVISOR:
        asked.teams = teams or None
    elif asked.kind is Kind.TEAM:
        if teams:
            asked.wrong.append("team: A team is in no other team.")
    elif len(teams) > 1:
        asked.wrong.append(f"team: {str(asked.kind).capitalize()}s have one team each.")
    else:
        asked.team = teams[0] if teams else ""


def _read_phones(asked: Step, texts: list[str]) -> None:
    if not texts:
        return
    if asked.kind is Kind.TEAM:
        asked.wrong.append("addresses: A team has no address.")
        return
    asked.phones = [one for text in texts if (one := _phone(asked, text)) is not None]
    if len({one.address for one in asked.phones}) < len(asked.phones):
        asked.wrong.append("addresses: One is written twice in this line; once is enough.")


def _phone(asked: Step, text: str) -> Phone | None:
    name = ""
    if asked.kind is Kind.SUPERVISOR:
        name, text = _device(text)
        if name:
            _say(asked, "device", lambda: _DEVICE_NAME.clean(name, None))
    try:
        return Phone(_PHONES[asked.kind].to_python(text), text, name)
    except ValidationError as error:
        asked.wrong += [f"{text[:60]}: {sentence}" for sentence in error.messages]
        return None


def _device(text: str) -> tuple[str, str]:
    """Return the name in front of a device's address, empty without one, and the address."""
    name, divided, address = text.rpartition(" = ")
    if divided:
        return name.strip(), address.strip()
    found = _DEVICE.fullmatch(text)
    return (found["name"].strip(), found["address"].strip()) if found else ("", text)


def _say(asked: Step, column: str, clean: Any) -> None:
    try:
        clean()
    except ValidationError as error:
        asked.wrong += [f"{column}: {sentence}" for sentence in error.messages]
