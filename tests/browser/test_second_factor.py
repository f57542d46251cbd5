"""An authenticator app and a passkey, set up and used in a browser; the passkey is a virtual one of the browser's."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from tests.browser.support import Center, complaints
from tests.support.story import PASSWORD

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PICTURES = os.environ.get("PICTURES")  # where to keep what the pages look like


@pytest.fixture
def page(chromium: Browser, center: Center) -> Iterator[Page]:
    """At a host name, as a passkey belongs to one; whatever its policy keeps from running fails the test."""
    User.objects.update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))  # the server knows no quick hash
    context = chromium.new_context(base_url=center.url.replace("127.0.0.1", "localhost"))
    context.set_default_timeout(20_000)
    page, forbidden = context.new_page(), []
    page.on("console", lambda message: forbidden.append(message.text) if "Content Security" in message.text else None)
    context.new_cdp_session(page).send("WebAuthn.enable")
    yield page
    context.close()
    assert forbidden == []


def log_in(page: Page) -> None:
    page.goto("/accounts/login/?next=/accounts/")
    page.locator("#id_username").fill("marta")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()


def code(secret: str, ahead: int) -> str:
    """The app's code; each works once, and the next one already."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def look(page: Page, name: str) -> None:
    assert complaints(page) == []
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def account(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def set_up_app(page: Page) -> str:
    """Return the app's secret."""
    press(page, "Set up")
    page.locator("#id_password").fill(PASSWORD)  # once more
    press(page, "Go on")
    secret = page.locator("#totp-secret").inner_text()
    look(page, "app")
    page.locator("#id_code").fill(code(secret, 0))
    press(page, "Set up")
    expect(page.locator(".codes li")).to_have_count(10)
    look(page, "codes")
    return secret


def add_passkey(page: Page) -> None:
    page.goto("/accounts/2fa/webauthn/add/")
    page.locator("#id_name").fill("Desk")
    page.locator("#id_passwordless").check()
    look(page, "passkey")
    press(page, "Add")
    expect(page.locator("#account-second-factor")).to_contain_text("Passkey Desk")
    look(page, "account")


def second_factor(page: Page) -> None:
    """Log out, and in again by the password, as far as the second factor."""
    press(page, "Log out")
    log_in(page)
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()


def test_app_and_passkey_let_her_in(page: Page):
    keys: Any = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    log_in(page)
    secret = set_up_app(page)
    add_passkey(page)

    second_factor(page)
    page.locator("#id_code").fill(code(secret, 1))
    look(page, "factor")
    press(page, "Log in")
    account(page)

    second_factor(page)
    press(page, "Use a passkey")
    account(page)

    press(page, "Log out")
    look(page, "login")
    press(page, "Use a passkey")  # instead of the password
    expect(page.get_by_role("searchbox").or_(page.locator("#header nav")).first).to_be_visible()
    page.goto("/accounts/")
    expect(page.locator("#account-who")).to_contain_text("logged in as marta")
