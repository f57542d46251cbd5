"""Spanish and German in a real browser, wide and narrow: nothing runs out of the page and no word is cut off."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from playwright.sync_api import Page, expect

from conferences.models import ChosenReading, Conference
from tests.browser.support import Center, eventually
from tests.support.story import ANA, LUIS

PAGES = (
    "/",
    "/?queue=gone",
    "/agents/?group=state",
    "/history/",
    "/audit/",
    "/audit/?show=everything",
    "/reports/",
    "/reports/mine/",
    "/alerts/",
    "/unassigned/",
    "/accounts/",
    "{call}",
    "{call}?at=nonsense",
    "{call}supervise/",
)
WIDTHS = (1440, 390)
# Names may be cut off, and are whole where one points at them; what has a scrollbar can be scrolled.
CUT_OFF = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth + 1) found.push(`page ${document.documentElement.scrollWidth}`);
  const worded = "button, .button, .mode, th, label, legend, .state, nav a, h1, h2, .columns *";
  for (const one of document.querySelectorAll(worded)) {
    const style = getComputedStyle(one);
    const isHidden = !one.offsetWidth || one.closest(".vh, [hidden], .scroll, .name") || style.clipPath !== "none";
    if (isHidden || !one.textContent.trim()) continue;
    const isCut = style.display !== "inline" && one.scrollWidth > one.clientWidth + 1;
    const isOut = one.getBoundingClientRect().right > innerWidth + 1;
    if (isCut || isOut) found.push(`${one.tagName} ${one.textContent.trim().slice(0, 40)}`);
  }
  const heads = [...document.querySelectorAll(".board > :is(.bar, .arrange)")];
  const list = document.querySelector(".list")?.getBoundingClientRect();
  if (list?.height && heads.some((one) => one.getBoundingClientRect().bottom > list.top + 1)) {
    found.push("head under list");
  }
  return found;
}"""


@pytest.mark.slow
@pytest.mark.parametrize(("language", "live"), [("de", "Live"), ("es", "En directo")])
def test_no_word_is_cut_off(center: Center, open_page: Callable[..., Page], marta, language: str, live: str):
    marta.user_permissions.set(Permission.objects.filter(content_type__app_label="conferences"))
    ChosenReading.objects.create(user=User.objects.get(pk=marta.pk), language=language, time_zone="Asia/Tokyo")
    center.call(ANA, LUIS)
    eventually(lambda: Conference.objects.live().exists())
    call = f"/conferences/{Conference.objects.live().get().pk}/"
    found = {}
    for width in WIDTHS:
        page = open_page(viewport={"width": width, "height": 900})
        expect(page.locator("#badge .word")).to_have_text(live)
        for address in PAGES:
            page.goto(address.format(call=call))
            expect(page.locator("html")).to_have_attribute("lang", language)
            if shots := os.environ.get("SHOTS"):
                page.screenshot(
                    path=f"{shots}/{language}-{width}-{address.strip('/').replace('/', '-') or 'board'}.png"
                )
            found[width, address] = page.evaluate(CUT_OFF)
    assert {where: cut for where, cut in found.items() if cut} == {}
