"""Stays add up to what each row of a report says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from conferences.reports import figures
from conferences.reports.figures import Run
from conferences.reports.listened import Listened

ANA, LUIS, CHEN = 1, 2, 3
NAMES = {ANA: "Ana Ruiz", LUIS: "Luis Ortega", CHEN: "Chen Wei"}
TEAMS = {ANA: 10, LUIS: 10, CHEN: 20}
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def heard(number: int, *agents: int, user: int = 7, told: bool | None = None, **modes: int) -> Listened:
    """The stay that began in that minute of the day, in the call of that number."""
    return Listened(
        pk=UUID(int=number),
        user=user,
        who=f"User {user}",
        call=UUID(int=number // 10),
        agents={one: NAMES[one] for one in agents},
        began_at=AT + timedelta(minutes=number),
        seconds=sum(modes.values()),
        modes=modes,
        why="",
        told=told,
        ended="left",
    )


STAYS = [
    heard(10, ANA, monitor=60, told=True),
    heard(11, ANA, monitor=5, whisper=3, told=False),
    heard(20, ANA, LUIS, monitor=20, user=8),
    heard(30, LUIS, barge=4),
    heard(40, CHEN, monitor=100),
]


def test_an_agents_row_has_calls_once_each():
    rows = {one.name: one for one in figures.by_agent(STAYS, NAMES, {ANA: 4, LUIS: 2, CHEN: 0})}
    ana = rows["Ana Ruiz"]
    assert (ana.stays, ana.seconds, ana.modes) == (3, 88, {"monitor": 85, "whisper": 3})
    assert (ana.heard_calls, ana.calls, ana.share) == (2, 4, 0.5)  # two of the stays were in one call
    assert (ana.silent, ana.told, ana.not_told, ana.run) == (2, 1, 1, Run(3, "Ana Ruiz"))
    assert (rows["Luis Ortega"].share, rows["Chen Wei"].share) == (1.0, None)


def test_agents_nobody_listened_to_have_a_row():
    rows = figures.by_agent([], NAMES, {ANA: 4})
    assert [(one.name, one.stays, one.share) for one in rows] == [
        ("Ana Ruiz", 0, 0.0),
        ("Chen Wei", 0, None),
        ("Luis Ortega", 0, None),
    ]


def test_a_supervisors_run_is_on_one_agent():
    rows = {one.key: one for one in figures.by_supervisor(STAYS)}
    assert (rows[7].stays, rows[7].run, rows[7].people) == (4, Run(2, "Ana Ruiz"), 3)
    assert (rows[8].stays, rows[8].people) == (1, 2)


def test_a_teams_row_counts_its_own_agents():
    support, sales = figures.by_team(STAYS, {10: "Support", 20: "Sales"}, TEAMS, {ANA: 4, LUIS: 4, CHEN: 5})
    assert (support.stays, support.people, support.heard_calls, support.calls) == (4, 2, 4, 8)
    assert (sales.stays, sales.seconds, sales.share) == (1, 100, 0.2)


def test_days_without_listening_are_there():
    days = ["2026-11-01", "2026-11-02", "2026-11-03"]
    found = figures.seconds_by_day(STAYS, days, lambda one: one.began_at.date().isoformat())
    assert found == [0, 192, 0]
