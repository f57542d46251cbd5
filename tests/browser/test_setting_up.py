"""From a file to a live board in a real browser: forty agents, eight queues, five supervisors in a handful of acts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from playwright.sync_api import Page, expect

from conferences.models import Agent, Queue, Supervisor
from tests.browser.support import Center
from tests.browser.test_accessibility import DESK_LIGHT, PHONE_DARK, complaints

TEAMS = ("Night", "Day", "Weekend")
CENTER = "\n".join(
    [
        "kind;name;team;addresses;username;groups",
        *(f"team;{name}" for name in TEAMS),
        *(f"queue;Line {one};{TEAMS[one % 3]};+34 910 000 1{one:02d}" for one in range(8)),
        *(f"agent;Agent {one:02d};{TEAMS[one % 3]};+34 600 000 2{one:02d}" for one in range(40)),
        *(
            f"supervisor;Lead {one};{' | '.join(TEAMS)};Desk = sip:lead{one}@pbx.example.com;lead{one};Coach"
            for one in range(5)
        ),
    ]
)


def test_a_file_becomes_a_live_board(cleo: User, center: Center, open_page: Callable[..., Page], tmp_path: Path):
    coach, _ = Group.objects.get_or_create(name="Coach")  # another test may have emptied the tables
    modes = ["view_board", "monitor_conference", "whisper_conference"]
    coach.permissions.set(Permission.objects.filter(codename__in=modes))
    (tmp_path / "center.csv").write_text(CENTER, "utf-16")
    page = open_page("cleo", "/admin/")
    page.locator("#now").get_by_role("link", name="Teams").click()  # the first step
    page.locator("#file").set_input_files(tmp_path / "center.csv")
    page.get_by_role("button", name="Look what would change").click()
    expect(page.locator("#plan [data-effect='new']")).to_have_count(56)
    assert Agent.objects.filter(name__startswith="Agent ").count() == 0
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".success")).to_contain_text("56 new")
    found = [
        Agent.objects.filter(name__startswith="Agent ").count(),
        Queue.objects.filter(name__startswith="Line ").count(),
    ]
    assert (found, Supervisor.objects.filter(user__username__startswith="lead").count()) == ([40, 8], 5)

    board = open_page("lead0")
    expect(board.locator("#badge")).to_contain_text("Live")
    center.call("+34600000205", queue="+34910000105")
    row = board.locator("[data-conference]")
    expect(row).to_contain_text("Agent 05")
    expect(row).to_contain_text("Line 5")
    expect(row.get_by_role("link", name="Whisper")).to_be_visible()
    expect(row.get_by_role("link", name="Barge")).to_have_count(0)


@pytest.mark.parametrize("options", [DESK_LIGHT, PHONE_DARK], ids=["desk-light", "phone-dark"])
def test_own_pages_of_admin_have_no_accessibility_fault(
    cleo: User, center: Center, open_page: Callable[..., Page], options: dict[str, object]
):
    page = open_page("cleo", "/admin/", **options)
    found = {"home": complaints(page)}
    page.goto("/admin/directory/load/")
    found["empty"] = complaints(page)
    for name, lines in {"sound": "agent,Eva,Support,1001", "wrong": "agent,,Suport,someone"}.items():
        page.locator("#text").fill(f"kind,name,team,addresses\n{lines}")
        page.get_by_role("button", name="Look what would change").click()
        expect(page.locator("#plan")).to_be_visible()
        found[name] = complaints(page)
    people = {"agent": Agent.objects.latest("pk").pk, "supervisor": Supervisor.objects.latest("pk").pk}
    for kind, pk in people.items():
        page.goto(f"/admin/people/{kind}/{pk}/")
        found[kind] = complaints(page)
    page.goto("/admin/examination/")
    found["examination"] = complaints(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
