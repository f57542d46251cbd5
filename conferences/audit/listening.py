"""Reads a stay off its entries: who listened to whom, from when to when, in which modes, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conferences.models import AuditEntry

_MODES: Final = ("join", "update")
_OUT: Final = ("out", "leave", "hangup")


@dataclass(frozen=True, slots=True)
class Span:
    """A mode as the provider accepted it, for so many seconds. `reason`: a kind, where Earshot chose it by itself."""

    role: str
    targets: tuple[str, ...]
    began_at: datetime
    seconds: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of one supervisor, by its entries alone. `ended_at` is None while it runs; `spans` empty: never in."""

    first: AuditEntry
    who: AuditEntry
    people: tuple[str, ...]
    spans: tuple[Span, ...]
    ended_at: datetime | None
    end_reason: str
    asked_role: str
    terms: Mapping[str, object]  # as they were when she last joined

    @property
    def began_at(self) -> datetime:
        return self.spans[0].began_at if self.spans else self.first.at

    @property
    def seconds(self) -> int:
        return sum(one.seconds for one in self.spans)


def stay(entries: Sequence[AuditEntry], *, now: datetime) -> Stay:
    """Return the stay that these entries tell of, in order; at least one. `now` ends what still runs."""
    first = entries[0]
    out = next((one for one in entries if one.action == "out"), None) or _last_way_out(entries)
    return Stay(
        first=first,
        who=next((one for one in entries if one.actor_id is not None), first),
        people=_people(entries),
        spans=tuple(_spans(entries, out.at if out else now)),
        ended_at=out.at if out else None,
        end_reason=out.reason if out and out.action == "out" else "",
        asked_role=next((one.role for one in entries if one.role), ""),
        terms=next((terms_of(one) for one in reversed(entries) if terms_of(one)), {}),
    )


def terms_of(entry: AuditEntry) -> dict[str, object]:
    """Return on which terms a join was sent; nothing for what is none, or was recorded before terms were."""
    return {name: new for name, (_, new) in entry.changes.items()} if entry.action == "join" else {}


def _last_way_out(entries: Sequence[AuditEntry]) -> AuditEntry | None:
    """What was recorded before ends were: the last command that took her out."""
    done = [one for one in entries if one.action in _OUT and one.result == AuditEntry.Result.OK]
    return done[-1] if done else None


def _spans(entries: Iterable[AuditEntry], until: datetime) -> list[Span]:
    accepted = [one for one in entries if one.action in _MODES and one.result == AuditEntry.Result.OK and one.role]
    ends = [*(one.at for one in accepted[1:]), until]
    found: list[Span] = []
    for one, end in zip(accepted, ends, strict=False):
        seconds = round(max(timedelta(0), end - one.at).total_seconds())
        targets = tuple(str(each.get("name", "")) for each in one.targets)
        if found and (found[-1].role, found[-1].targets) == (one.role, targets):
            found[-1] = Span(one.role, targets, found[-1].began_at, found[-1].seconds + seconds, found[-1].reason)
        else:
            found.append(Span(one.role, targets, one.at, seconds, one.reason))
    return found


def _people(entries: Iterable[AuditEntry]) -> tuple[str, ...]:
    """Agents first: it is they who are asked about."""
    told = [each for one in entries for each in one.people]
    agents = [str(each["name"]) for each in told if each.get("agent")]
    others = [str(each["name"]) for each in told if not each.get("agent")]
    return tuple(dict.fromkeys([*agents, *others]))
