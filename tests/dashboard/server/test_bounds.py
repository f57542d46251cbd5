"""What costs much is bounded for each who asks and for all, with a sentence; and who asks is told apart by address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from conferences.models import AuditEntry
from dashboard.login.passwords.hashing import PatientPBKDF2PasswordHasher
from dashboard.server import bounds, handshakes
from dashboard.server.bounds import Allowance, Bound, Full
from dashboard.server.client_address import client_of, networks
from dashboard.server.handshakes import Handshakes
from tests.support.story import ANA, PASSWORD, Story, browser
from tests.support.world_diff import counting

LOGIN = "/accounts/login/"
LATER = "Try again in a few seconds."


@pytest.fixture
def taken() -> Iterator[Any]:
    """Take places of a bound, as requests under way do."""
    with ExitStack() as stack:

        def take(bound: Bound, *who: str) -> None:
            for one in who:
                stack.enter_context(bound.one(one))

        yield take


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=40))
def test_never_more_than_may_be_under_way(acts: list[tuple[str, bool]]):
    bound = Bound("of the test", each=2, all=4, sentence="")
    under_way: list[tuple[str, ExitStack]] = []
    for who, begins in acts:
        mine = sum(one == who for one, _ in under_way)
        if begins:
            place = ExitStack()
            try:
                place.enter_context(bound.one(who))
            except Full:
                assert mine == 2 or len(under_way) == 4
                continue
            under_way.append((who, place))
        elif under_way:
            under_way.pop(0)[1].close()
        assert (mine <= 2, len(under_way) <= 4) == (True, True)


def test_a_place_is_free_again_whatever_happened():
    bound = Bound("of the test", each=1, all=1, sentence="")
    with pytest.raises(ZeroDivisionError), bound.one("a"):
        raise ZeroDivisionError
    with bound.one("a"), pytest.raises(Full), bound.one("b"):
        pass


def login(client: Client, username: str = "marta", password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"username": username, "password": password}, **extra)


async def post(path: str, address: str = "127.0.0.1", **headers: str) -> httpx.Response:
    """Post an empty form through the whole application: without a token Django refuses it, once it is asked."""
    from dashboard.asgi import served

    through = httpx.ASGITransport(served, client=(address, 4711))
    async with httpx.AsyncClient(transport=through, base_url="http://localhost", headers=headers) as client:
        return await client.post(path)


TAKEN_IN = 403


async def test_logins_under_way_are_bounded_for_an_address(transactional_db: None, taken: Any):
    taken(bounds.LOGINS, *["from 198.51.100.7"] * 2)
    for address, proxied in (("198.51.100.7", ""), ("127.0.0.1", "198.51.100.7")):
        refused = await post(LOGIN, address, **{"X-Forwarded-For": proxied})
        assert (refused.status_code, LATER in refused.text) == (429, True)
        assert refused.headers["Retry-After"] == "3"
        assert "style-src 'self'" in refused.headers["Content-Security-Policy"]
    german = await post(LOGIN, "198.51.100.7", **{"Accept-Language": "de"})
    assert (german.status_code, "Versuchen Sie es" in german.text) == (429, True)
    fragment = await post(LOGIN, "198.51.100.7", **{"HX-Request": "true"})
    assert (fragment.headers["Content-Type"], fragment.text.endswith(LATER)) == ("text/plain", True)
    assert (await post(LOGIN)).status_code == TAKEN_IN
    assert (await post(LOGIN, "198.51.100.7", **{"X-Forwarded-For": "203.0.113.9"})).status_code == 429


async def test_logins_one_after_another_are_bounded_for_an_address(transactional_db: None, monkeypatch):
    now = [100.0]
    of_late = Allowance(at_once=3, a_second=1, clock=lambda: now[0])
    monkeypatch.setattr(bounds.LOGINS, "of_late", of_late)
    answers = [(await post(LOGIN, "198.51.100.8")).status_code for _ in range(4)]
    assert answers == [TAKEN_IN] * 3 + [429]
    assert (await post(LOGIN, "198.51.100.9")).status_code == TAKEN_IN
    assert (await post("/accounts/logout/", "198.51.100.8")).status_code == TAKEN_IN
    now[0] += 1
    assert (await post(LOGIN, "198.51.100.8")).status_code == TAKEN_IN


@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 5), st.integers(1, 4))
def test_an_allowance_is_never_exceeded(pauses: list[float], at_once: int, a_second: int):
    now, taken = 0.0, 0
    allowance = Allowance(at_once, a_second, clock=lambda: now)
    for pause in pauses:
        now += pause
        taken += allowance.takes("her")
        assert taken <= at_once + now * a_second + 1e-6
    assert taken >= min(len(pauses), at_once)
    now += at_once / a_second + 0.001
    assert [allowance.takes("her") for _ in range(at_once)] == [True] * at_once


async def test_logins_under_way_are_bounded_for_all(transactional_db: None, taken: Any):
    taken(bounds.LOGINS, *(f"from 198.51.100.{n}" for n in range(5)))
    assert (await post(LOGIN)).status_code == TAKEN_IN
    assert (await post(LOGIN)).status_code == TAKEN_IN  # the place was given back
    taken(bounds.LOGINS, "from 198.51.100.6")
    assert (await post(LOGIN)).status_code == 429
    assert (await post("/accounts/password/change/")).status_code == 429
    assert (await post("/accounts/logout/")).status_code == TAKEN_IN


def test_a_second_recheck_waits_for_the_first(story: Story, marta: User, ben: User, taken: Any):
    _, call = story.call(ANA)
    url = f"/conferences/{call.pk}/recheck/"
    taken(bounds.RECHECKS, f"user {marta.pk}")
    refused = browser(marta).post(url, headers={"HX-Request": "true"})
    assert (refused.status_code, refused.content.decode().endswith(LATER)) == (429, True)
    assert browser(ben).post(url).status_code == 404  # his own place is free


def test_pressing_again_and_again_asks_no_more_often(story: Story, marta: User):
    _, call = story.call(ANA)
    story.wait(5)
    client = browser(marta)
    with counting(story.simulator) as paths:
        for _ in range(10):
            client.post(f"/conferences/{call.pk}/recheck/", headers={"HX-Request": "true"})
        once = len(paths)
        story.wait(5)
        client.post(f"/conferences/{call.pk}/recheck/", headers={"HX-Request": "true"})
    assert once > 0
    assert len(paths) >= 2 * once
    assert once <= 3


@pytest.mark.parametrize("url", ["/audit/?conference=x", "/admin/conferences/leg/?q=Ana"])
def test_searches_are_bounded_and_plain_pages_are_not(cleo: User, taken: Any, url: str):
    taken(bounds.SEARCHES, *[f"user {cleo.pk}"] * 2)
    refused = browser(cleo).get(url)
    assert (refused.status_code, LATER in refused.content.decode()) == (429, True)
    assert browser(cleo).get(url.partition("?")[0]).status_code == 200


# Who it is that asks.


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # no proxy of ours: what it says proves nothing
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the first was made up before the proxy
        ("127.0.0.1", "198.51.100.1, 10.0.0.8", "198.51.100.1"),  # two proxies
        ("127.0.0.1", "10.0.0.8", "10.0.0.8"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_client_is_whom_a_trusted_proxy_names(peer: str, forwarded: str, client: str):
    assert client_of(peer, forwarded, networks(["127.0.0.1", "::1", "10.0.0.0/8"])) == client


@pytest.mark.parametrize("text", ["nonsense", "10.0.0.0/99", "127.0.0.1:80"])
def test_a_proxy_that_is_no_address_is_said(text: str):
    with pytest.raises(ImproperlyConfigured, match=r"TRUSTED_PROXIES: .* is no address"):
        networks(["127.0.0.1", text])


@given(st.lists(st.ip_addresses(v=4).map(str), max_size=4), st.ip_addresses(v=4).map(str))
def test_what_a_client_makes_up_changes_nothing(made_up: list[str], client: str):
    trusted = networks(["192.0.2.1/32"])
    honest = client_of("192.0.2.1", client, trusted)
    if client != "192.0.2.1":
        assert client_of("192.0.2.1", ", ".join([*made_up, client]), trusted) == honest == client


def test_the_lockout_hits_one_address_and_nobody_else(marta: User):
    """Behind a proxy all connections come from it."""
    stranger, hers = {"X-Forwarded-For": "203.0.113.66"}, {"X-Forwarded-For": "198.51.100.7"}
    for n in range(10):
        made_up = {"X-Forwarded-For": f"10.9.8.{n}, 203.0.113.66"}
        login(Client(), password="wrong", headers=made_up)
    assert login(Client(), headers=stranger).status_code == 429
    assert login(Client(), headers=hers).status_code == 302


def test_the_audit_has_the_same_address(story: Story, marta: User):
    _, call = story.call(ANA)
    client = Client(headers={"X-Forwarded-For": "10.1.1.1, 198.51.100.7"})
    client.force_login(marta)
    form = {"role": "monitor", "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": "7" * 32}
    client.post(f"/conferences/{call.pk}/supervise/", form)
    story.deliver()
    assert AuditEntry.objects.filter(action="dial").first().source_ip == "198.51.100.7"


# Hashing.


def test_hashes_are_djangos_own():
    patient, usual = PatientPBKDF2PasswordHasher(), PBKDF2PasswordHasher()
    encoded = patient.encode("a long enough password", "salt", 1000)
    assert encoded == usual.encode("a long enough password", "salt", 1000)
    assert (patient.verify("a long enough password", encoded), patient.verify("another", encoded)) == (True, False)


def test_hashes_are_computed_singly_in_a_low_priority_thread(monkeypatch: pytest.MonkeyPatch):
    seen, most, lock = set(), [0, 0], threading.Lock()
    usual = PBKDF2PasswordHasher.encode

    def watched(*arguments: Any) -> str:
        with lock:
            most[0] += 1
            most[1] = max(most)
            seen.add(threading.current_thread().name)
        try:
            return usual(*arguments)
        finally:
            with lock:
                most[0] -= 1

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", watched)
    visitors = [
        threading.Thread(target=PatientPBKDF2PasswordHasher().encode, args=("word", "salt", 100)) for _ in range(8)
    ]
    for one in visitors:
        one.start()
    for one in visitors:
        one.join()
    assert (seen, most) == ({"hashing_0"}, [0, 1])


# Sockets opened again and again.


def test_all_pages_of_one_may_return_but_no_flood():
    now = [0.0]
    asked = Handshakes(clock=lambda: now[0])
    admitted = [asked.admit("her") for _ in range(41)]
    assert [wait is not None for wait in admitted] == [True] * 40 + [False]
    now[0] = 1.0
    assert [asked.admit("her") is not None for _ in range(3)] == [True, True, False]
    now[0] = 60.0
    assert asked.admit("her") == 0


def test_handshakes_of_one_take_turns():
    now = [100.0]
    asked = Handshakes(clock=lambda: now[0])
    assert [asked.admit("her") for _ in range(6)] == pytest.approx([0, 0, 0, 0, 1.0, 2.0])
    assert asked.admit("his") == 0
    asked.give_back("her")  # she closed the last two
    asked.give_back("her")
    assert asked.admit("her") == pytest.approx(1.0)
    now[0] += 2
    assert asked.admit("her") == 0


def test_who_is_remembered_is_bounded():
    asked = Handshakes()
    for number in range(bounds.MOST_KNOWN + 50):
        asked.admit(str(number))
    assert (len(asked._allowed._left), len(asked._turn)) == (bounds.MOST_KNOWN, bounds.MOST_KNOWN)


@pytest.mark.parametrize(
    ("cookies", "who"),
    [
        ("a=b; sessionid=xyz", "xyz"),
        ("a=b", "198.51.100.7"),
        ('sessionid="\xff', "198.51.100.7"),
        ("", "198.51.100.7"),
    ],
)
def test_a_handshake_counts_for_the_session_it_claims(cookies: str, who: str):
    assert handshakes.opener(cookies, "198.51.100.7") == who


@pytest.mark.parametrize("bound", [bounds.SEARCHES, bounds.RECHECKS])
def test_who_is_not_logged_in_takes_nobodys_place(cleo: User, story: Story, marta: User, taken: Any, bound: Bound):
    _, call = story.call(ANA)
    taken(bound, *["user None"] * bound.each)  # as many strangers under way as one person may have
    url = {"search": "/audit/?conference=x", "recheck": f"/conferences/{call.pk}/recheck/"}[bound.name]
    ask = Client().get if bound is bounds.SEARCHES else Client().post
    assert ask(url).status_code == 302  # to the login, and no 429
