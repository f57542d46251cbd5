"""What probes and operators are told, and who else is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from conferences import turned_away
from conferences.models import AuditEntry, WebhookRefusal
from dashboard import health
from tests.story import PASSWORD, browser

TOKEN = "a token of the tests"
FIT = {"database": "ok", "public_key": "ok", "api_key": "ok", "provider": "ok", "webhooks": "ok"}


@pytest.fixture(autouse=True)
def token(settings, db):
    settings.METRICS_TOKEN = TOKEN
    turned_away.tally.write()  # what earlier tests left to be counted
    WebhookRefusal.objects.all().delete()


@pytest.fixture
def probe(db, client):
    return lambda path="/readyz", token=TOKEN: client.get(path, headers={"Authorization": f"Bearer {token}"})


def answered(status, ago=timedelta()):
    AuditEntry(at=timezone.now() - ago, phase="outcome", deed="join", actor_name="M", http_status=status).save()


def unfit(response):
    """The parts that are amiss, from an answer that says not ready."""
    assert response.status_code == 503
    return {name: text for name, text in response.json().items() if text != "ok"}


def test_anybody_may_ask_whether_the_process_is_alive(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_a_process_with_all_it_needs_is_ready(probe):
    response = probe()
    assert (response.status_code, response.json()) == (200, FIT)


def test_a_public_key_that_verifies_nothing_is_named(probe, settings):
    settings.TELNYX_PUBLIC_KEY = "c2hvcnQ="
    assert unfit(probe()) == {"public_key": "TELNYX_PUBLIC_KEY: Public key 1 decodes to 5 bytes instead of 32."}


def test_a_missing_api_key_is_named(probe, settings):
    settings.TELNYX_API_KEY = ""
    assert unfit(probe()) == {"api_key": "TELNYX_API_KEY: No key is given; make one in the provider's portal."}


def test_a_database_that_was_not_migrated_is_named(probe):
    recorder = MigrationRecorder(connection)
    newest = recorder.migration_qs.filter(app="conferences").latest("name")
    recorder.record_unapplied("conferences", newest.name)
    assert unfit(probe())["database"] == "Migrations that have not been run: 1. Run manage.py migrate."


def test_a_database_out_of_reach_is_named_to_a_probe(probe):
    def fail(*_):
        raise OperationalError("could not connect to server")

    with connection.execute_wrapper(fail):
        told = unfit(probe())
    unknown = "Not known without the database."
    assert told == {"database": "The database cannot be reached.", "provider": unknown, "webhooks": unknown}


def test_webhooks_of_the_old_version_are_named_with_what_to_do(probe, simulator):
    for number in range(2):
        body = b'{"event_type":"call_initiated","id":"%d","payload":{}}' % number
        headers = simulator.key.headers(body, int(timezone.now().timestamp()))
        assert Client().post("/webhooks/telnyx/", body, "application/json", headers=headers).status_code == 200
    said = "2 signed bodies in the old v1 format in the last hour: set API version 2."
    assert unfit(probe())["webhooks"] == said


def test_what_a_stranger_sends_makes_nobody_unfit_and_is_told(probe):
    Client().post("/webhooks/telnyx/", b"{}", "application/json")
    response = probe()
    assert (response.status_code, response.json()["webhooks"][:49]) == (
        200,
        "ok (refused in the last hour: 1 request without a",
    )


def test_a_key_the_provider_just_refused_is_named(probe):
    answered(200)
    answered(401)
    told = unfit(probe())["provider"]
    assert told.startswith("The provider refused TELNYX_API_KEY at ")


@pytest.mark.parametrize("status", [200, 422, 404, 500])
def test_a_key_accepted_since_its_refusal_is_fit(probe, status):
    answered(401)
    answered(status)
    assert probe().json() == FIT


def test_a_refusal_does_not_count_for_ever(probe):
    answered(401, ago=health.REFUSAL_COUNTS_FOR + timedelta(seconds=1))
    assert probe().json() == FIT


def test_a_refusal_before_this_process_started_does_not_count(probe, monkeypatch):
    answered(401, ago=timedelta(seconds=1))
    monkeypatch.setattr(health, "STARTED_AT", timezone.now())
    assert probe().json() == FIT


def test_metrics_are_told_as_prometheus_reads_them(probe):
    response = probe("/metrics")
    assert (response.status_code, response.content.count(b"# TYPE earshot_webhooks_total counter")) == (200, 1)


# --- Who may


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_a_stranger_is_asked_for_the_token(client, path):
    response = client.get(path)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Earshot"')


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
@pytest.mark.parametrize("sent", ["", "another", TOKEN[:-1], f"{TOKEN} ", "é"])
def test_another_token_lets_nobody_in(probe, path, sent):
    assert probe(path, sent).status_code == 401


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_no_token_set_lets_no_probe_in(probe, settings, path):
    settings.METRICS_TOKEN = ""
    assert probe(path, "").status_code == 401


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
@pytest.mark.parametrize(("codenames", "status"), [(["view_fact"], 200), (["monitor_conference"], 403)])
def test_a_user_is_let_in_by_permission(db, path, codenames, status):
    user = User.objects.create_user("dora", password=PASSWORD)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    assert browser(user).get(path).status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nothing_is_posted_to_a_probe(probe, client, path):
    answer = client.post(path, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 405
