"""Every page passes axe, in light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import Page, expect

from conferences.models import Conference
from tests.browser.support import Center, complaints, eventually
from tests.support.story import ANA, LUIS

DESK_LIGHT = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
PHONE_DARK = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
PAGES = (
    *("/", "/?queue=gone", "{call}", "{call}?at=nonsense", "{call}supervise/?role=whisper", "/agents/?group=state"),
    *(
        "/history/?queue=999",
        "/audit/",
        "/audit/?show=everything",
        "/reports/",
        "/unassigned/",
        "/accounts/",
        "/alerts/",
    ),
)


@pytest.mark.parametrize("options", [DESK_LIGHT, PHONE_DARK], ids=["desk-light", "phone-dark"])
def test_no_page_has_an_accessibility_fault(center: Center, open_page: Callable[..., Page], marta, options):
    marta.user_permissions.set(Permission.objects.filter(content_type__app_label="conferences"))
    center.call(ANA, LUIS)
    eventually(lambda: Conference.objects.exclude(name="").exists())
    call = Conference.objects.get().pk
    page = open_page(**options)
    found = {}
    for path in PAGES:
        page.goto(path.format(call=f"/conferences/{call}/"))
        found[path] = complaints(page)
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_form_and_running_supervision_have_no_accessibility_fault(center: Center, open_page: Callable[..., Page]):
    center.call(ANA, LUIS)
    page = open_page()
    page.locator("[data-conference]").get_by_role("link", name="Whisper").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    in_dialog = complaints(page)
    dialog.get_by_role("button", name="Start whispering").click()
    expect(page.locator("#supervision")).to_have_attribute("data-state", "joined")
    expect(dialog).to_be_hidden()  # what fades away is of no colour
    assert (in_dialog, complaints(page)) == ([], [])
