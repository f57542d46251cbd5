"""What one screen shows: its queues and teams as plain values, with the moments from which a wait is too long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from conferences.attention import Level, Limit, Limits
from conferences.models import Queue, Team, WallScreen
from dashboard.wallboard.counting import AgentNow, Counted, Doing, QueueCount, count

WORDS: Final = {
    Doing.IN_CALL: _("In a call"),
    Doing.ON_HOLD: _("On hold"),
    Doing.RINGING: _("Ringing"),
    Doing.ELSEWHERE: _("Elsewhere"),
    Doing.NO_CALL: _("No call"),
    Doing.UNSURE: _("Not sure"),
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue, or all of them together. `level`: of how many wait; `without`: how many agents are on no call."""

    name: str
    counted: QueueCount
    level: Level
    warn_at: datetime | None
    alarm_at: datetime | None
    without: int

    def wait_level(self, now: datetime) -> Level:
        """Return how much the longest wait counts then."""
        if self.alarm_at is not None and now >= self.alarm_at:
            return Level.ALARM
        return Level.ATTENTION if self.warn_at is not None and now >= self.warn_at else Level.NOT_YET


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One team's agents by what they do, in the order of the words; and themselves, where the screen may name them."""

    name: str
    states: tuple[tuple[Doing, object, int], ...]
    agents: tuple[tuple[AgentNow, object], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """All that a screen shows."""

    screen: WallScreen
    now: datetime
    rows: tuple[QueueRow, ...]
    total: QueueRow | None
    teams: tuple[TeamRow, ...]

    def drawn(self) -> SafeString:
        """Return it as a fragment whose root id is `wall`."""
        rows = [(row, row.wait_level(self.now)) for row in (*((self.total,) if self.total else ()), *self.rows)]
        return render_to_string("dashboard/wallboard/_wall.html", {"board": self, "rows": rows})


def boards(screens: Collection[WallScreen], now: datetime) -> dict[int, Board]:
    """Return what each of these screens shows now, by its key; what several show is counted once."""
    shown = {one.pk: _shown(one) for one in screens}
    queues = {queue.pk for some in shown.values() for queue in some}
    teams = {queue.team_id for some in shown.values() for queue in some}
    teams |= {team.pk for one in screens for team in one.teams.all()}
    counted = count(queues, teams, now)
    named = Team.objects.in_bulk(teams)
    return {one.pk: _board(one, shown[one.pk], counted, named, now) for one in screens}


def _shown(screen: WallScreen) -> list[Queue]:
    """Its teams' queues, and those that were added one by one."""
    mine = Queue.objects.filter(team__in=screen.teams.all()) | Queue.objects.filter(pk__in=screen.queues.all())
    return [*mine.distinct().order_by("name")]


def _board(screen: WallScreen, queues: list[Queue], counted: Counted, named: dict[int, Team], now: datetime) -> Board:
    own = {team.pk for team in screen.teams.all()}
    teams = sorted(own | {one.team_id for one in queues}, key=lambda pk: named[pk].name)
    free = {pk: sum(one.doing == Doing.NO_CALL for one in counted.agents[pk]) for pk in teams}
    rows = tuple(
        _row(screen, one.name, counted.queues[one.pk], Limits.of(one).wait, free[one.team_id]) for one in queues
    )
    total = _total(screen, rows, sum(free.values())) if len(rows) > 1 else None
    in_teams = tuple(_team(named[pk].name, counted.agents[pk], screen.shows_names and pk in own) for pk in teams)
    return Board(screen, now, rows, total, in_teams)


def _row(screen: WallScreen, name: str, one: QueueCount, limit: Limit, free: int) -> QueueRow:
    return QueueRow(
        name=name,
        counted=one,
        level=_level(one.waiting, screen.waiting_warn, screen.waiting_alarm),
        warn_at=_after(one.since, limit.warn),
        alarm_at=_after(one.since, limit.alarm),
        without=free,
    )


def _total(screen: WallScreen, rows: tuple[QueueRow, ...], free: int) -> QueueRow:
    """All queues together: as grave as the gravest of them."""
    since = min((one.counted.since for one in rows if one.counted.since), default=None)
    waiting, talking = (sum(getattr(one.counted, name) for one in rows) for name in ("waiting", "talking"))
    together = QueueCount(waiting, since, talking, sum(one.counted.abandoned for one in rows))
    return QueueRow(
        name="",
        counted=together,
        level=max((one.level for one in rows), default=Level.NOT_YET),
        warn_at=min((one.warn_at for one in rows if one.warn_at), default=None),
        alarm_at=min((one.alarm_at for one in rows if one.alarm_at), default=None),
        without=free,
    )


def _team(name: str, agents: list[AgentNow], may_name: bool) -> TeamRow:
    numbers = Counter(one.doing for one in agents)
    some = [one for one in Doing if numbers[one] or one not in (Doing.ELSEWHERE, Doing.UNSURE)]
    people = tuple((one, WORDS[one.doing]) for one in agents) if may_name else ()
    return TeamRow(name, tuple((one, WORDS[one], numbers[one]) for one in some), people)


def _level(waiting: int, warn: int | None, alarm: int | None) -> Level:
    if alarm is not None and waiting >= alarm:
        return Level.ALARM
    return Level.ATTENTION if warn is not None and waiting >= warn else Level.NOT_YET


def _after(since: datetime | None, seconds: int | None) -> datetime | None:
    return None if since is None or seconds is None else since + timedelta(seconds=seconds)
