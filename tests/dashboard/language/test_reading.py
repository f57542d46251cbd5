"""Each page, and what is pushed to it, is in the language and by the clock that its reader has chosen."""

from __future__ import annotations

import pytest
from django.test import Client

from conferences.models import ChosenReading
from dashboard.live.connect import viewer_of
from tests.support.story import browser

pytestmark = pytest.mark.django_db


def choose(client: Client, **chosen: str) -> str:
    response = client.post("/accounts/reading/", {"language": "", "time_zone": "", **chosen}, follow=True)
    return str(response.content.decode())


def test_a_page_is_in_the_language_that_she_chose(marta):
    page = choose(browser(marta), language="de", time_zone="Asia/Tokyo")
    assert '<html lang="de"' in page
    assert 'data-zone="Asia/Tokyo"' in page


def test_a_page_is_in_the_browsers_language_by_default(marta):
    client = browser(marta)
    assert '<html lang="es"' in client.get("/", headers={"Accept-Language": "es-MX,es;q=0.9"}).content.decode()
    assert '<html lang="en"' in client.get("/", headers={"Accept-Language": "fr"}).content.decode()


def test_what_is_no_language_or_zone_is_refused(marta):
    assert "no such language or time zone" in choose(browser(marta), language="xx")
    assert "no such language or time zone" in choose(browser(marta), time_zone="Europe/Nowhere")
    assert not ChosenReading.objects.exists()


def test_the_admin_stays_in_english(marta):
    client = browser(marta)
    choose(client, language="de")
    assert "Sprache" not in client.get("/admin/login/", follow=True).content.decode()


def test_a_pages_socket_keeps_the_pages_language(marta):
    choose(browser(marta), language="es")
    audience = viewer_of(marta, "", {"lang": "de", "zone": "Asia/Tokyo"}).audience
    assert (audience.language, audience.zone) == ("de", "Asia/Tokyo")
    forged = viewer_of(marta, "", {"lang": "../..", "zone": "../../etc/passwd"}).audience
    assert (forged.language, forged.zone) == ("en", "UTC")
