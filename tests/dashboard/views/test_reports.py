"""Reports say what the audit has of listening, to whoever may read it, and to a supervisor what she did herself."""

from __future__ import annotations

import csv
import io

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences.models import Agent, AuditEntry, Team
from tests.support.markup import on_one_line
from tests.support.story import ANA, DESK, LUIS, PASSWORD, Story, browser


@pytest.fixture
def auditor(db) -> User:
    user = User.objects.create_user("iris", password=PASSWORD)
    user.groups.add(Group.objects.get(name="Auditor"))
    return user


@pytest.fixture
def listened(story: Story, marta) -> None:
    """Marta whispers to Ana for about ten seconds, in a call with Luis in it."""
    _, conference = story.call(ANA, LUIS)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.pass_time(10)
    story.simulator.far_end_hangs_up(story.leg(DESK))
    for _ in range(3):
        story.pass_time()


def text_of(answer) -> str:
    return on_one_line(answer.content.decode())


def cells(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_reports_tell_who_listened_to_whom(listened, marta, ben, auditor, directory):
    client = browser(auditor)
    pages = {by: text_of(client.get("/reports/", {"by": by})) for by in ("team", "supervisor", "agent")}
    assert "Marta Gil" in pages["supervisor"]
    assert {name for name in ("Ana Ruiz", "Luis Ortega", "Chen Wei") if name in pages["agent"]} == {
        "Ana Ruiz", "Luis Ortega", "Chen Wei",
    }  # fmt: skip
    assert "To 1 agent nobody listened." in pages["agent"]
    assert "Support" in pages["team"]
    ana = client.get(f"/reports/agents/{directory.ana.pk}/")
    assert "Listening to Ana Ruiz" in text_of(ana)
    assert "Marta Gil" in text_of(ana)
    assert "100%" in text_of(ana)
    assert "Listening by Marta Gil" in text_of(client.get(f"/reports/supervisors/{marta.pk}/"))
    assert "Nobody listened" in text_of(
        client.get("/reports/", {"by": "supervisor", "to_day": "2020-01-01", "from_day": "2020-01-01"})
    )
    assert AuditEntry.objects.filter(action="read", subject="report of an agent").count() == 1

    mine = text_of(browser(marta).get("/reports/mine/"))
    assert "Ana Ruiz" in mine
    assert "Ana Ruiz" not in text_of(browser(ben).get("/reports/mine/"))
    assert browser(marta).get("/reports/").status_code == 403
    assert 'href="/reports/"' not in browser(marta).get("/").content.decode()
    assert 'href="/reports/"' in client.get("/reports/").content.decode()


def test_a_report_is_a_sheet_without_formulas(listened, marta, auditor, directory):
    Agent.objects.filter(pk=directory.ana.pk).update(name="=HYPERLINK(1)")
    client = browser(auditor)
    (sheet,) = [one for one in cells(client.get("/reports/", {"by": "agent", "csv": "1"})) if "HYPER" in one["name"]]
    assert sheet["name"] == "'=HYPERLINK(1)"
    assert int(sheet["seconds"]) >= 10
    assert (sheet["calls"], sheet["calls_listened_to"], sheet["only_monitored"]) == ("1", "1", "0")
    (stay,) = cells(client.get(f"/reports/agents/{directory.ana.pk}/", {"csv": "1"}))
    assert (stay["supervisor"], stay["seconds_monitor"]) == ("Marta Gil", "0")
    assert AuditEntry.objects.filter(action="read", subject="report as CSV").count() == 2
    assert len(cells(browser(marta).get("/reports/mine/", {"csv": "1"}))) == 1

    auditor.groups.clear()
    auditor.user_permissions.set(Group.objects.get(name="Auditor").permissions.exclude(codename="export_audit"))
    client = browser(User.objects.get(pk=auditor.pk))
    assert client.get("/reports/", {"csv": "1"}).status_code == 403
    assert "Save as CSV" not in text_of(client.get("/reports/"))


def test_who_looks_after_a_team_reads_of_it_alone(listened, marta, ben, directory):
    for user in (marta, ben):
        user.user_permissions.add(*Group.objects.get(name="Auditor").permissions.all())
    sales = browser(User.objects.get(pk=ben.pk))
    assert "Ana Ruiz" not in text_of(sales.get("/reports/", {"by": "agent"}))
    assert "Marta Gil" not in text_of(sales.get("/reports/", {"by": "supervisor"}))
    assert sales.get(f"/reports/agents/{directory.ana.pk}/").status_code == 404
    assert sales.get(f"/reports/supervisors/{marta.pk}/").status_code == 404
    support = browser(User.objects.get(pk=marta.pk))
    assert "Ana Ruiz" in text_of(support.get("/reports/", {"by": "agent"}))
    assert support.get(f"/reports/agents/{directory.ana.pk}/").status_code == 200


@pytest.mark.parametrize("asked", [{"from_day": "x"}, {"from_day": "2020-01-01"}, {"to_day": "2020-01-01"}])
def test_days_that_make_no_report_are_told(auditor, asked):
    answer = browser(auditor).get("/reports/", asked)
    assert answer.status_code == 200
    assert 'class="error' in answer.content.decode()


def test_queries_do_not_grow_with_agents(auditor, directory):
    client, counts = browser(auditor), []
    client.get("/reports/", {"by": "agent"})
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/reports/", {"by": "agent"})
        counts.append(len(queries))
        for number in range(20):
            team = Team.objects.create(name=f"Team {len(counts)} {number}")
            Agent.objects.create(name=f"Agent {number}", team=team)
    assert counts[0] == counts[1]
