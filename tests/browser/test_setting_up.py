"""From a file to a live board in a real browser: forty agents, eight queues, five supervisors in a handful of acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from playwright.sync_api import Browser, Page, expect

from conferences.models import Agent, Queue, Supervisor
from conferences.simulator.phones import Phone
from conferences.simulator.world import Conference as World
from tests.browser.support import Center
from tests.browser.test_accessibility import DESK_LIGHT, PHONE_DARK, complaints
from tests.support.ports import free_port
from tests.support.serving import serving, simulator_for

PHONES = {"agent": "+14155550181", "customer": "+14155550182", "supervisor": "+14155550183"}
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


PAGES, CLICKS, FIELDS, KEYS = ACTS = ("pages", "clicks", "fields", "keys")
COUNT_ACTS = """
  const count = (what) => sessionStorage.setItem(what, 1 + Number(sessionStorage.getItem(what)));
  count("pages");
  for (const [event, what] of [["click", "clicks"], ["change", "fields"], ["keydown", "keys"]])
    addEventListener(event, (one) => one.isTrusted && count(what), true);
"""


@pytest.fixture
def center(chromium: Browser, transactional_db: None, marta: User, ben: User) -> Iterator[Center]:
    """As the demo is served: with the guide through a first whisper."""
    port = free_port()
    simulator = simulator_for(port)
    simulator.phones.default = Phone(after=0.3)
    with serving(simulator, port, DEMO="1"):
        yield Center(simulator, f"http://127.0.0.1:{port}")


def acts_on(page: Page) -> dict[str, int]:
    """What she has done since her first page, in acts."""
    return {what: int(page.evaluate("(what) => sessionStorage.getItem(what)", what) or 0) for what in ACTS}


def load(page: Page, file: Path) -> None:
    """Set up the whole center from a file, as an administrator does who begins at the admin's first page."""
    file.write_text(CENTER, "utf-16")
    page.context.add_init_script(COUNT_ACTS)
    page.goto("/admin/")
    page.locator("#now").get_by_role("link", name="Teams").click()  # the first step
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Look what would change").click()
    expect(page.locator("#plan [data-effect='new']")).to_have_count(56)
    assert Agent.objects.filter(name__startswith="Agent ").count() == 0
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".success")).to_contain_text("56 new")
    found = [
        Agent.objects.filter(name__startswith="Agent ").count(),
        Queue.objects.filter(name__startswith="Line ").count(),
    ]
    # Done one by one in forms it was 85 pages and 410 acts.
    assert acts_on(page) == {PAGES: 4, CLICKS: 3, FIELDS: 1, KEYS: 0}
    assert (found, Supervisor.objects.filter(user__username__startswith="lead").count()) == ([40, 8], 5)


def begin_test_call(page: Page) -> None:
    page.goto("/admin/test-call/")
    for phone, address in PHONES.items():
        page.get_by_label(f"The {phone}'s phone").fill(address)
    page.get_by_role("button", name="Ring the three phones").click()


def whisper_as_guided(board: Page, center: Center, world: World) -> None:
    """Do what the guide says, step by step; it says the next one once that is done."""
    guide, bar = board.locator("#guide"), board.locator("#supervision")
    now = guide.locator("[aria-current]")
    expect(now).to_contain_text("press Whisper on its row")
    board.locator("[data-conference]", has_text="Agent 05").get_by_role("link", name="Whisper").click()
    expect(now).to_contain_text("press Start whispering")
    form = board.get_by_role("dialog")
    form.get_by_role("checkbox", name="Agent 05").check()
    form.get_by_role("button", name="Start whispering").click()
    expect(now).to_contain_text("Read in the bar who hears you")
    expect(bar).to_contain_text("Only Agent 05 hears you.")
    assert center.hear(world, center.leg("sip:lead0@pbx.example.com")) == {"+34600000205"}
    guide.get_by_role("button", name="I see who hears me").click()
    expect(now).to_contain_text("Press Leave")
    bar.get_by_role("button", name="Leave").click()
    expect(now).to_contain_text("That was a whisper.")
    guide.get_by_role("button", name="Close the guide").click()
    expect(guide).to_be_hidden()


def test_a_file_becomes_a_board_with_a_guided_whisper(
    cleo: User, center: Center, open_page: Callable[..., Page], tmp_path: Path
):
    coach, _ = Group.objects.get_or_create(name="Coach")  # another test may have emptied the tables
    modes = ["view_board", "monitor_conference", "whisper_conference"]
    coach.permissions.set(Permission.objects.filter(codename__in=modes))
    page = open_page("cleo", "/accounts/")
    load(page, tmp_path / "center.csv")
    begin_test_call(page)

    board = open_page("lead0")
    expect(board.locator("#badge")).to_contain_text("Live")
    world = center.call("+34600000205", queue="+34910000105")
    row = board.locator("[data-conference]")
    expect(row).to_contain_text("Agent 05")
    expect(row).to_contain_text("Line 5")
    expect(row.get_by_role("link", name="Whisper")).to_be_visible()
    expect(row.get_by_role("link", name="Barge")).to_have_count(0)
    whisper_as_guided(board, center, world)

    expect(page.locator("#last")).to_have_attribute("data-state", "proved")  # the page follows by itself
    expect(page.locator("#told [data-mode='whisper'][data-phone='agent']")).to_contain_text("Key 1")
    expect(page.locator("#told .as-said")).to_have_count(6)


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
