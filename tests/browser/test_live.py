"""What an open page learns without being reloaded: newcomers, ages, and calls that are its own no longer."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from conferences.admin.live import reaching_live_calls
from conferences.ingest.readback_notes import mark_checked
from conferences.models import Agent, Conference, Queue, Team
from tests.browser.support import Center, eventually
from tests.browser.test_walk import whisper_to_ana_alone
from tests.support.story import ANA, CHEN, DESK, LUIS


def test_one_key_adds_a_joining_agent_to_the_whisper(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    world = center.call(ANA, LUIS)
    panel = whisper_to_ana_alone(page)
    center.simulator.join(world, center.simulator.dial(CHEN))
    expect(panel).to_contain_text("Chen Wei joined the call and does not hear you.")
    assert center.hear(world, center.leg(DESK)) == {ANA}
    page.keyboard.press("a")
    expect(panel).to_contain_text("Only Ana Ruiz and Chen Wei hear you.")
    assert center.hear(world, center.leg(DESK)) == {ANA, CHEN}
    expect(panel.get_by_role("button", name="hear you too")).to_have_count(0)


def test_the_key_adds_nobody_when_nobody_has_joined(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    world = center.call(ANA, LUIS)
    whisper_to_ana_alone(page)
    sent = len(center.simulator.commands)
    page.keyboard.press("a")
    page.wait_for_timeout(500)
    assert (len(center.simulator.commands), center.hear(world, center.leg(DESK))) == (sent, {ANA})


def test_an_unchanged_provider_answer_resets_a_rows_age(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    center.call(ANA)
    age = page.locator("[data-conference] time[data-age]")
    expect(page.locator("[data-conference]")).to_contain_text("Ana Ruiz")
    eventually(lambda: int(age.inner_text().split()[0]) >= 4)
    feed = page.locator("[data-conference]").get_attribute("data-feed")
    mark_checked(Conference.objects.get(), timezone.now())
    eventually(lambda: int(age.inner_text().split()[0]) <= 3)
    eventually(lambda: int(age.inner_text().split()[0]) >= 4)
    assert page.locator("[data-conference]").get_attribute("data-feed") == feed  # nothing but its age has changed


def test_a_call_whose_people_change_team_leaves_the_page(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    center.call(ANA)
    center.call(LUIS, customer="+14155550177")
    expect(page.locator("[data-conference]")).to_have_count(2)
    with reaching_live_calls():
        sales = Team.objects.get(name="Sales")
        Queue.objects.filter(name="Helpdesk").update(team=sales)
        Agent.objects.filter(name="Ana Ruiz").update(team=sales)
    expect(page.locator("[data-conference]")).to_have_count(1, timeout=20_000)
    expect(page.locator("[data-conference]")).to_contain_text("Luis Ortega")


def test_an_open_form_keeps_saying_who_will_hear(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    world = center.call(ANA, LUIS)
    row = page.locator("[data-conference]", has_text="Ana Ruiz")
    expect(row).to_contain_text("Luis Ortega")  # whoever comes while the form is open is not ticked
    row.get_by_role("link", name="Whisper").click()
    dialog = page.get_by_role("dialog")
    said = dialog.locator(".said")
    expect(said).to_contain_text(re.compile(r"^\s*Only (Ana Ruiz|Luis Ortega) and (Ana Ruiz|Luis Ortega) hear you"))
    dialog.get_by_role("checkbox", name="Luis Ortega").uncheck()
    expect(said).to_contain_text("Only Ana Ruiz hears you.")
    center.simulator.join(world, center.simulator.dial(CHEN))
    expect(said).to_contain_text("Chen Wei")
    expect(dialog.locator("svg.picture circle")).to_have_count(5)
    assert dialog.get_by_role("checkbox", name="Luis Ortega").is_checked() is False
    dialog.get_by_role("radio", name="Barge").check()
    expect(said).to_contain_text("Everyone")


def test_who_hears_whom_stands_in_a_dialog_while_supervising(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    center.call(ANA, LUIS)
    whisper_to_ana_alone(page).get_by_role("link", name="Who hears whom").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".said")).to_contain_text("Only Ana Ruiz hears you.")
    center.simulator.far_end_hangs_up(center.leg(LUIS))
    expect(dialog.get_by_role("rowheader", name="Luis Ortega")).to_have_count(0)
    dialog.get_by_role("link", name="Close").click()
    expect(dialog).to_have_count(0)


def test_a_dialog_may_be_closed_while_it_is_refreshed(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    center.call(ANA, LUIS)
    whisper_to_ana_alone(page).get_by_role("link", name="Who hears whom").click()
    expect(page.get_by_role("dialog").locator(".said")).to_contain_text("Only Ana Ruiz hears you.")
    with page.expect_response("**/hearing/"):
        page.evaluate("""() => {
            document.querySelector("#dialog [hx-get]").dispatchEvent(new CustomEvent("refresh"));
            document.querySelector("#dialog [data-closes]").click();
        }""")
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")  # an error in the console fails the test
    expect(page.get_by_role("dialog")).to_have_count(0)
