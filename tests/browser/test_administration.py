"""The administration and the audit in a real browser, where the site's content policy is in force."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser.support import Center
from tests.support.story import ANA


def test_a_new_address_reaches_a_live_call(cleo: User, center: Center, open_page: Callable[..., Page]):
    board = open_page("marta")
    expect(board.locator("#badge")).to_contain_text("Live")
    center.call("+34600000009", ANA)
    row = board.locator("[data-conference]")
    expect(row).to_contain_text("+34 600 00 00 09")

    admin = open_page("cleo", "/admin/")
    admin.get_by_role("link", name="Agents", exact=True).first.click()
    admin.get_by_role("link", name="Luis Ortega").click()
    field = admin.locator("#id_addresses-1-address")
    field.fill("600 000 009")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.locator(".errorlist", has_text="This telephone number has too few or too many digits")).to_be_visible()
    expect(field).to_have_value("600 000 009")

    field.fill("+34 600 000 009")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.locator(".success")).to_contain_text("was changed successfully")
    expect(row).to_contain_text("Luis Ortega")  # without a reload


def test_a_deed_is_found_in_the_audit(cleo: User, center: Center, open_page: Callable[..., Page]):
    center.call(ANA)
    board = open_page("marta")
    board.locator("[data-conference]").get_by_role("link", name="Monitor").click()
    board.get_by_role("dialog").get_by_role("button", name="Start").click()
    expect(board.locator("#supervision")).to_have_attribute("data-state", "joined")

    audit = open_page("cleo", "/audit/")
    expect(audit.locator("#badge")).to_contain_text("Live")
    expect(audit.locator(".stays > li")).to_have_count(1)
    expect(audit.locator(".stays > li")).to_contain_text("Marta Gil listens to Ana Ruiz")
    audit.get_by_role("link", name="Everything").click()
    audit.locator("#id_deed").select_option("Join")
    audit.get_by_label("From", exact=True).fill("2099-12-31")
    audit.get_by_role("button", name="Show", exact=True).click()
    expect(audit.get_by_role("heading", name="No actions here")).to_be_visible()
    audit.get_by_label("From", exact=True).fill("")
    audit.get_by_role("button", name="Show", exact=True).click()
    expect(audit.locator("#actions tbody tr")).to_have_count(1)
    expect(audit.locator("#actions")).to_contain_text("Join: Monitor")
    audit.locator("#actions summary").click()
    expect(audit.locator("#actions dd").last).to_be_visible()
