"""What a page asks for over HTTP where no socket reaches it: the same as the socket would bring, for the same eyes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from conferences.ingest.feed import latest
from tests.support.story import ANA, CHEN, SALES_NUMBER, Story, browser


def ask(user: Any, **query: Any) -> dict[str, Any]:
    answer = browser(user).get("/feed/", query)
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.content)


def test_it_brings_what_changed_since(story: Story, marta):
    _, conference = story.call(ANA)
    told = ask(marta, since=0)
    assert told["rows"] == [f"conference-{conference.pk}"]
    assert "Ana Ruiz" in told["content"]
    again = ask(marta, since=told["feed"])
    assert (again.get("rows"), again["feed"]) == (None, latest())
    assert str(conference.pk) in again["ages"]
    assert "word" in again


def test_it_is_scoped_masked_and_filtered_like_the_board(story: Story, marta, ben):
    story.call(ANA)
    _, theirs = story.call(CHEN, queue=SALES_NUMBER, customer="+14155550172")
    told = ask(ben, since=0)
    assert told["rows"] == [f"conference-{theirs.pk}"]
    assert ("Ana" in told["content"], "555-0172" in told["content"]) == (False, False)
    assert ask(marta, since=0, q="nobody of that name")["rows"] == []


def test_a_calls_own_page_gets_that_call(story: Story, marta):
    _, conference = story.call(ANA)
    told = ask(marta, since=0, conference=str(conference.pk))
    assert f"detail-{conference.pk}" in told["content"]
    assert told["rows"] == []


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 30, "1.5"])
def test_an_odd_number_is_the_beginning(story: Story, marta, since):
    story.call(ANA)
    assert len(ask(marta, since=since)["rows"]) == 1


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        ("http://testserver", "refused"), ("", "refused"), ("http://evil.example", "refused"), ("x:y:z", "refused"),
        ("http://[", "refused"),
    ],
)  # fmt: skip
def test_an_address_that_may_have_no_socket_is_named(story: Story, marta, settings, origin, said):
    answer = browser(marta).get("/feed/", {"origin": origin})
    assert answer.headers["Earshot-Origin"] == said
    assert browser(marta).get("/feed/", {"origin": settings.ORIGINS[0]}).headers["Earshot-Origin"] == "allowed"


def test_nobody_else_is_told_anything(db):
    assert Client().get("/feed/").status_code == 302
