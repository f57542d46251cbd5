"""What an address may make of a page: a view of the board, and nothing else."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User

from tests.support.story import ANA, Story, browser


def socket_of(page: str) -> dict[str, list[str]]:
    found = re.search(r'hx-ws:connect="([^"]+)"', page)
    assert found is not None
    asked = parse_qs(urlsplit(found[1].replace("&amp;", "&")).query)
    assert (asked.pop("lang"), asked.pop("zone")) == (["en"], ["UTC"])  # as the page is written
    return asked


@pytest.mark.parametrize(
    "query",
    [
        "conference=x",
        "conference=00000000-0000-0000-0000-000000000000",
        "since=99999999",
        "since=0&conference=x&view=y",
        "CONFERENCE=x",
        "conference=x&conference=y",
        "page=2&foo=bar",
        "state=nonsense",
    ],
)
def test_no_link_turns_the_board_into_something_else(story: Story, marta, query):
    story.call(ANA)
    plain, linked = (socket_of(browser(marta).get(f"/?{one}").content.decode()) for one in ("", query))
    assert linked == plain


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("q=ana", {"q": ["ana"]}),
        ("state=On+hold&supervised=1", {"state": ["On hold"], "supervised": ["1"]}),
        ("queue=Helpdesk&conference=x", {"queue": ["Helpdesk"]}),
        ("q=%26conference%3Dx", {"q": ["&conference=x"]}),
    ],
)
def test_a_view_is_a_view_for_its_socket_too(story: Story, marta, query, asked):
    told = socket_of(browser(marta).get(f"/?{query}").content.decode())
    assert {name: value for name, value in told.items() if name != "since"} == asked


def test_a_calls_own_page_asks_for_that_call(story: Story, marta):
    _, conference = story.call(ANA)
    page = browser(marta).get(f"/conferences/{conference.pk}/?conference=x&q=ana").content.decode()
    assert {name: value for name, value in socket_of(page).items() if name != "since"} == {
        "conference": [str(conference.pk)]
    }


@pytest.mark.parametrize(
    "address",
    [
        "/admin/conferences/leg/?from_address__regex=%5Esip%3A(a%2B)%2B%40",
        "/admin/conferences/leg/?from_address__iregex=x",
        "/admin/conferences/conference/?name__regex=x",
        "/admin/auth/user/?username__regex=x",
        "/admin/auth/group/?name__iregex=x",
        "/admin/axes/accessattempt/?username__regex=x",
        "/admin/conferences/participant/?leg__from_address__regex=x",
        "/admin/conferences/fact/?event_type__regex=x&o=1",
    ],
)
def test_no_pattern_is_taken_from_an_address(db, address):
    root = User.objects.create_superuser("root", password="a long enough password")
    answer = browser(root).get(address)
    assert (answer.status_code, b"regex" in answer.content) == (400, True)
    assert browser(root).get(address.partition("?")[0]).status_code == 200


@pytest.mark.parametrize("name", ["q", "o", "event_type__exact", "regexp", "my_regex"])
def test_other_words_of_an_address_are_left_alone(db, name):
    root = User.objects.create_superuser("root", password="a long enough password")
    assert browser(root).get(f"/admin/conferences/fact/?{name}=x").status_code in (200, 302)


# A login that is over.


def test_expired_login_returns_to_the_page_and_says_why(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/conferences/x/?q=support"}
    answer = client.get("/", headers=headers)
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fconferences%2Fx%2F%3Fq%3Dsupport"
    page = client.get(answer.headers["HX-Redirect"]).content.decode()
    assert "your session has ended" in page
    assert 'value="/conferences/x/?q=support"' in page


@pytest.mark.parametrize("elsewhere", ["http://evil.example/", "//evil.example/x", "javascript:alert(1)"])
def test_it_leads_nowhere_else(client, db, elsewhere):
    answer = client.get("/", headers={"HX-Request": "true", "HX-Current-URL": elsewhere})
    assert answer.headers["HX-Redirect"] == "/accounts/login/"


def test_visitor_opening_the_login_herself_is_told_nothing(client, db):
    assert "session has ended" not in client.get("/accounts/login/").content.decode()
