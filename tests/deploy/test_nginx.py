"""nginx as shipped, in front of a real server: what it lets pass, what it stops, and what it writes down."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections import Counter
from collections.abc import Callable

import httpx
import pytest
import websockets
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User

from conferences.models import Conference, Fact
from dashboard.version import VERSION
from tests.deploy.conftest import padded, signed
from tests.support.events import event
from tests.support.shipped_nginx import Site, check_configuration, write_configuration
from tests.support.story import CUSTOMER, browser

OpenSite = Callable[..., Site]
WEBHOOKS = "/webhooks/telnyx/"
served = [pytest.mark.served, pytest.mark.django_db(transaction=True)]


def session_of(user: User) -> str:
    return browser(user).cookies[settings.SESSION_COOKIE_NAME].value


def call_begins(number: int = 1) -> tuple[bytes, dict[str, str]]:
    ends = {"from_": CUSTOMER, "to": "+14155550101", "direction": "incoming"}
    return signed(event("call.initiated", leg=f"leg-{number}", id=f"shipped-{number}", **ends))


def test_nginx_accepts_the_shipped_configuration(tmp_path):
    said = check_configuration(write_configuration(tmp_path, {}))
    assert said.returncode == 0, said.stderr
    assert "warn" not in said.stderr


def test_nginx_refuses_a_configuration_without_its_values(tmp_path):
    said = check_configuration(write_configuration(tmp_path, {"EARSHOT_WEBHOOKS_A_SECOND": "many"}))
    assert said.returncode != 0


class TestShipped:
    pytestmark = served

    def test_a_signed_webhook_passes(self, open_site: OpenSite):
        body, headers = call_begins()
        with open_site().client() as telnyx:
            answer = telnyx.post(WEBHOOKS, content=body, headers=headers)
        assert (answer.status_code, Fact.objects.count()) == (200, 1)

    def test_a_great_body_is_stopped_before_the_server(self, open_site: OpenSite):
        site = open_site()
        body, headers = padded(event("call.initiated"), 300_000)
        with site.client() as telnyx:
            answer = telnyx.post(WEBHOOKS, content=body, headers=headers)
        assert (answer.status_code, "POST /webhooks/telnyx/ 413" in site.logged) == (413, True)
        assert re.search(r" 413 \d+ [\d.]+ - - -$", site.logged, re.MULTILINE)

    def test_a_forged_address_is_overwritten(self, open_site: OpenSite, marta):
        site = open_site()
        # The first is that of a proxy that is believed: what it passed on unread would be believed as well.
        for address in ("127.0.0.1", "127.0.0.2"):
            with site.client(address) as guesser:
                token, *_ = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', guesser.get("/accounts/login/").text)
                form = {"username": "marta", "password": "wrong", "csrfmiddlewaretoken": token}
                forged = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Referer": site.origin}
                guesser.post("/accounts/login/", data=form, headers=forged)
        assert sorted(one.ip_address for one in AccessAttempt.objects.all()) == ["127.0.0.1", "127.0.0.2"]

    def test_a_forged_protocol_is_overwritten(self, open_site: OpenSite):
        with open_site().client() as client:
            assert client.get("/accounts/login/", headers={"X-Forwarded-Proto": "http"}).status_code == 200

    def test_a_socket_is_upgraded_and_gets_a_frame(self, open_site: OpenSite, marta):
        frame = asyncio.run(first_frame(open_site(), session_of(marta)))
        assert (frame["version"], "feed" in frame) == (VERSION, True)

    def test_no_log_has_what_was_searched_for(self, open_site: OpenSite, marta):
        site = open_site()
        with site.client(session=session_of(marta)) as client:
            client.get("/", params={"q": CUSTOMER}, headers={"Referer": f"{site.origin}/?q={CUSTOMER}"})
            client.get("/accounts/login/", params={"next": f"/?q={CUSTOMER}"})
        asyncio.run(first_frame(site, session_of(marta), q=CUSTOMER))
        assert ("GET / 200" in site.logged, "GET /ws/board/ 101" in site.logged) == (True, True)
        assert (CUSTOMER.strip("+") in site.logged, "?" in site.logged) == (False, False)

    def test_no_log_has_it_when_the_server_is_away(self, open_site: OpenSite):
        site = open_site(EARSHOT_SERVERS="server 127.0.0.1:9;")
        with site.client() as client:
            assert client.get("/", params={"q": CUSTOMER}).status_code == 502
        assert ("GET / 502" in site.logged, CUSTOMER.strip("+") in site.logged) == (True, False)

    def test_pages_and_static_files_are_compressed_and_kept(self, open_site: OpenSite, marta):
        site = open_site()
        with site.client(session=session_of(marta)) as client:
            page = client.get("/")
            (script,) = re.findall(r'src="(/static/dashboard/js/live\.\w+\.js)"', page.text)
            static = client.get(script)
        assert {page.headers["Content-Encoding"], static.headers["Content-Encoding"]} == {"gzip"}
        assert (page.headers["Cache-Control"], "immutable" in static.headers["Cache-Control"]) == ("no-store", True)
        assert script not in site.logged  # nginx's own work, and most of it

    def test_another_name_is_nobody_here(self, open_site: OpenSite):
        anybody = ssl.create_default_context()
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"https://127.0.0.1:{open_site().port}/", verify=anybody)

    def test_ordinary_use_is_never_limited(self, open_site: OpenSite, marta):
        with open_site().client(session=session_of(marta)) as client:
            links = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)
            answers = Counter(client.get(one).status_code for one in ["/", *links, "/agents/", *links, "/"] * 2)
        assert set(answers) == {200}

    def test_a_flood_of_one_login_is_stopped_alone(self, open_site: OpenSite, marta, ben):
        site = open_site()
        with site.client(session=session_of(marta)) as hers, site.client(session=session_of(ben)) as his:
            flood = Counter(hers.get("/healthz").status_code for _ in range(300))
            other = his.get("/healthz").status_code
        assert (flood[200] >= 100, flood[429] > 50, other) == (True, True, 200)

    def test_too_many_webhooks_are_to_be_sent_again(self, open_site: OpenSite):
        site = open_site(EARSHOT_WEBHOOKS_A_SECOND="1", EARSHOT_WEBHOOKS_AT_ONCE="5")
        with site.client() as telnyx:
            posts = [call_begins(number) for number in range(20)]
            answers = Counter(telnyx.post(WEBHOOKS, content=body, headers=said).status_code for body, said in posts)
        assert (answers[200] >= 6, answers[200] + answers[503], answers[429]) == (True, 20, 0)
        assert Fact.objects.count() == answers[200]
        assert Conference.objects.count() == 0


async def first_frame(site: Site, session: str, **query: str) -> dict[str, object]:
    address = httpx.URL(f"wss://localhost:{site.port}/ws/board/", params={"since": "0"} | query)
    headers = {"Cookie": f"__Host-sessionid={session}"}
    async with websockets.connect(str(address), ssl=site.tls, origin=site.origin, additional_headers=headers) as socket:
        return json.loads(await asyncio.wait_for(socket.recv(), 10))
