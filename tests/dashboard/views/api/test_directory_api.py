"""The directory to the center's own systems: a credential counts until it expires, and what is live is told masked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from conferences.models import Agent, AgentAddress, Team
from dashboard.views.api.openapi import OPENAPI
from tests.support.story import ANA, Story

TOKEN = "a token of the agents' desktop"
SHARED = "sip:desk7@agents.example"
BEARER = {"Authorization": f"Bearer {TOKEN}"}

schema = schemathesis.openapi.from_dict(OPENAPI)
schema.app = get_wsgi_application()


@pytest.fixture(autouse=True)
def token(settings):
    settings.API_TOKEN = TOKEN


def ask(path, body=None, **query):
    client, address = Client(enforce_csrf_checks=True), f"/api/directory/{path}"
    if body is None:
        return client.get(address, query, headers=BEARER)
    return client.post(address, body, "application/json", headers=BEARER)


def register(story, agent, address, *, hours=8):
    until = (story.now() + timedelta(hours=hours)).isoformat()
    return ask("credentials/", {"agent": agent, "address": address, "expires_at": until})


def agents_in(conference):
    return [one.leg.agent.name for one in conference.present() if one.leg.agent]


def test_a_credential_counts_until_it_expires(story: Story, directory, marta):
    _, first = story.call(SHARED)
    assert agents_in(first) == []
    assert register(story, "Luis Ortega", SHARED, hours=1).json()["address"] == SHARED
    assert agents_in(first) == ["Luis Ortega"]  # who is on the phone already
    story.pass_time(3700)
    _, second = story.call(SHARED)
    assert (agents_in(first), agents_in(second)) == (["Luis Ortega"], [])  # her call stays hers
    register(story, "Luis Ortega", SHARED)
    assert agents_in(second) == ["Luis Ortega"]
    story.pass_time(3 * 86400)
    register(story, "Luis Ortega", "sip:desk8@agents.example")
    assert not AgentAddress.objects.filter(address=SHARED).exists()


def test_what_lasts_is_not_made_to_end(story: Story, directory):
    assert register(story, "Ana Ruiz", ANA).json() == {"agent": "Ana Ruiz", "address": ANA, "expires_at": None}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agent": "Nobody"}, "agent"),
        ({"agent": 2**70}, "agent"),
        ({"address": "somebody"}, "address"),
        ({"address": "+14155550101"}, "address"),  # a queue's
        ({"address": 7}, "address"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2026-12-01T00:00:00"}, "expires_at"),
        ({"expires_at": "0001-01-01T00:00:00+14:00"}, "expires_at"),
    ],
)
def test_what_cannot_be_registered_is_said(story: Story, directory, change, field):
    until = (story.now() + timedelta(hours=8)).isoformat()
    answer = ask("credentials/", {"agent": "Ana Ruiz", "address": "1007", "expires_at": until} | change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert AgentAddress.objects.exclude(expires_at=None).count() == 0


def test_an_agent_signs_in_at_a_shared_phone(story: Story, directory):
    for agent in (directory.ana, directory.luis):
        AgentAddress.objects.create(agent=agent, address=SHARED)
    assert ask("sign-in/", {"agent": directory.luis.pk, "address": SHARED}).status_code == 200
    _, conference = story.call(SHARED)
    assert agents_in(conference) == ["Luis Ortega"]


def test_live_calls_are_told_without_numbers_or_listeners(story: Story, directory, marta):
    _, conference = story.call(ANA, customer="+14155550171")
    story.supervise(marta, conference, role="monitor")
    (call,) = ask("live/").json()["calls"]
    assert (call["queue"], call["team"], call["customers"]) == ("Helpdesk", "Support", ["+1 ••• ••71"])
    assert [one["name"] for one in call["agents"]] == ["Ana Ruiz"]
    assert "marta" not in str(call).lower()
    found = {
        said: len(ask("live/", **query).json().get("calls", []))
        for said, query in (
            ("hers", {"agent": "Ana Ruiz"}),
            ("his", {"agent": str(directory.luis.pk)}),
            ("the number's", {"number": "(415) 555-0171"}),
            ("another number's", {"number": "+14155550172"}),
            ("something else's", {"queue": "Helpdesk"}),
        )
    }
    assert found == {"hers": 1, "his": 0, "the number's": 1, "another number's": 0, "something else's": 0}


@pytest.mark.parametrize("there_are_calls", [True, False])
@pytest.mark.parametrize(
    "asked", [{"number": "K\x7f"}, {"number": ""}, {"agent": "Nobody"}, {"agent": "7" * 30}], ids=str
)
def test_what_cannot_be_asked_for_is_said(story: Story, directory, asked, there_are_calls):
    if there_are_calls:
        story.call(ANA)
    answer = ask("live/", **asked)
    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(asked)))


def test_nothing_is_told_without_the_token(db, settings):
    for path in ("live/", "openapi.json"):
        assert Client().get(f"/api/directory/{path}").status_code == 401
    assert Client().post("/api/directory/credentials/", {}, "application/json").status_code == 401
    settings.API_TOKEN = ""
    assert ask("live/").status_code == 404


def test_the_description_is_served(db):
    assert ask("openapi.json").json() == OPENAPI


@pytest.fixture
def open_connection(db):
    """Keep the test's connection, which a request by WSGI would close at its end; Django's test client does so too."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=[*HealthCheck])
def test_answers_are_as_described(case, open_connection):
    Agent.objects.get_or_create(name="Ana Ruiz", team=Team.objects.get_or_create(name="Support")[0])
    # A name that fits the description may still be nobody's.
    case.call_and_validate(headers=BEARER, excluded_checks=[positive_data_acceptance])
