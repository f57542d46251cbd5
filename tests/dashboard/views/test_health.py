"""What probes and operators are told, and who else is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from conferences.ingest.webhooks import refused_requests
from conferences.liveness import boundaries
from conferences.liveness.boundaries import Boundary
from conferences.models import Conference, Fact, Pulse, WebhookRefusal
from dashboard.views.monitoring import readiness
from tests.support.audit_trail import enter
from tests.support.story import PASSWORD, browser

TOKEN = "a token of the tests"
FIT = {"database": "ok", "public_key": "ok", "api_key": "ok", "provider": "ok", "webhooks": "ok"}
FIT |= {"reconciler": "ok (0 s ago)", "background": "ok", "channel_layer": "ok", "facts": "ok"}
FIT |= {"recognition": "ok", "clock": "ok"}
FIT |= {"retention": "ok (manage.py prune has not run so far; have it run every night)"}


@pytest.fixture(autouse=True)
def token(settings, db):
    settings.METRICS_TOKEN = TOKEN
    refused_requests.tally.write()  # what earlier tests left to be counted
    WebhookRefusal.objects.all().delete()
    Pulse.objects.create(name="reconciler", at=timezone.now())


@pytest.fixture
def probe(db, client):
    return lambda path="/readyz", token=TOKEN: client.get(path, headers={"Authorization": f"Bearer {token}"})


def answered(status, ago=timedelta()):
    enter(at=timezone.now() - ago, phase="outcome", action="join", actor_name="M", http_status=status)


def unfit(response):
    """The parts that are amiss, from an answer that says not ready."""
    assert response.status_code == 503
    return {name: text for name, text in response.json().items() if text != "ok" and not text.startswith("ok (")}


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


def test_database_out_of_reach_is_named_to_a_probe(probe):
    def fail(*_):
        raise OperationalError("could not connect to server")

    with connection.execute_wrapper(fail):
        told = unfit(probe())
    unknown = "Not known without the database."
    parts = dict.fromkeys(("provider", "webhooks", "reconciler", "facts", "recognition", "retention"), unknown)
    assert told == {"database": "The database cannot be reached."} | parts


def test_old_version_webhooks_are_named_with_a_remedy(probe, simulator):
    for number in range(2):
        body = b'{"event_type":"call_initiated","id":"%d","payload":{}}' % number
        headers = simulator.key.headers(body, int(timezone.now().timestamp()))
        assert Client().post("/webhooks/telnyx/", body, "application/json", headers=headers).status_code == 200
    said = "2 signed bodies in the old v1 format in the last hour: set API version 2."
    assert unfit(probe())["webhooks"] == said


def test_strangers_webhook_makes_nothing_unfit_and_is_reported(probe):
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
    answered(401, ago=readiness.REFUSAL_COUNTS_FOR + timedelta(seconds=1))
    assert probe().json() == FIT


def test_a_refusal_before_this_process_started_does_not_count(probe, monkeypatch):
    answered(401, ago=timedelta(seconds=1))
    monkeypatch.setattr(readiness, "STARTED_AT", timezone.now())
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


# Signs of life.


@pytest.mark.parametrize(
    ("ago", "said"), [(61, "has not come round for 61 s"), (3600, "has not come round for 3600 s")]
)
def test_a_reconciler_that_stopped_is_named(probe, ago, said):
    Pulse.objects.update(at=timezone.now() - timedelta(seconds=ago))
    assert said in unfit(probe())["reconciler"]


@pytest.mark.parametrize("ago", [0, 5, 59])
def test_one_that_comes_round_is_well(probe, ago):
    Pulse.objects.update(at=timezone.now() - timedelta(seconds=ago))
    assert probe().json()["reconciler"] == f"ok ({ago} s ago)"


def test_reconciler_never_run_or_in_trouble_is_named(probe):
    Pulse.objects.update(trouble="Reading back failed 4 times in a row, last with KeyError.")
    assert unfit(probe()) == {"reconciler": "Reading back failed 4 times in a row, last with KeyError."}
    Pulse.objects.all().delete()
    assert "has not run so far" in probe().json()["reconciler"]  # a new center has its first page before it


@pytest.mark.parametrize("name", ["BACKGROUND", "HUB", "HEARTBEAT"])
@pytest.mark.parametrize("how", ["fails", "hangs"])
def test_unhealthy_loop_of_this_process_is_named(probe, monkeypatch, name, how):
    now = [0.0]
    loop = Boundary("This loop", clock=lambda: now[0])
    monkeypatch.setattr(boundaries, name, loop)
    loop.run(lambda: None)
    assert probe().status_code == 200
    if how == "hangs":
        now[0] = 120.0
    else:
        for _ in range(3):
            loop.run(lambda: {}["x"])
    assert unfit(probe())["background"].startswith("This loop ")


def test_a_channel_layer_that_is_away_is_named(probe, monkeypatch):
    layer = Boundary("The channel layer")
    monkeypatch.setattr(boundaries, "CHANNEL_LAYER", layer)
    for _ in range(2):
        layer.note(OSError())
    assert unfit(probe()) == {"channel_layer": "The channel layer failed 2 times in a row, last with OSError."}


def test_webhooks_that_cannot_be_stored_are_named(probe, monkeypatch):
    now = [0.0]
    storing = Boundary("Storing webhooks", clock=lambda: now[0])
    monkeypatch.setattr(boundaries, "STORING", storing)
    storing.note(OperationalError("disk full"))
    assert unfit(probe())["webhooks"].startswith("Webhooks cannot be stored (OperationalError")
    now[0] = boundaries.LATELY
    assert probe().status_code == 200  # nobody sent any since, and it may be well again
    storing.note(OperationalError("disk full"))
    storing.went_well()
    assert probe().status_code == 200


def told(ago):
    at = timezone.now() - timedelta(seconds=ago)
    Fact.objects.create(
        event_id=f"{ago}", source="webhook", outcome="applied", occurred_at=at, received_at=at, body=b""
    )


@pytest.mark.parametrize(("ago", "fit"), [(5, True), (59, True), (61, False), (3600, False)])
def test_provider_silent_during_live_calls_is_named(probe, ago, fit):
    now = timezone.now()
    Conference.objects.create(
        conference_id="c", state="in_progress", first_seen_at=now, last_event_at=now, polled_at=now
    )
    told(ago)
    assert probe().status_code == (200 if fit else 503)
    if not fit:
        assert "Nothing has been heard from the provider for " in unfit(probe())["webhooks"]


def test_without_a_live_call_nobody_need_be_heard(probe):
    told(3600)
    assert probe().status_code == 200


def test_a_read_back_is_a_word_too(probe):
    now = timezone.now()
    Conference.objects.create(
        conference_id="c", state="in_progress", first_seen_at=now, last_event_at=now, verified_at=now
    )
    told(3600)
    assert probe().status_code == 200


def gauges(probe):
    lines = probe("/metrics").content.decode().splitlines()
    return {name: value for name, _, value in (line.rpartition(" ") for line in lines) if name.startswith("earshot_")}


def test_metrics_tell_how_things_are_now(probe):
    now = timezone.now()
    Conference.objects.create(conference_id="c", state="in_progress", first_seen_at=now, last_event_at=now)
    told(30)
    for number, outcome in enumerate(["dead", "parked", "parked"]):
        Fact.objects.create(
            event_id=f"x{number}", source="webhook", outcome=outcome, occurred_at=now, received_at=now, body=b""
        )
    Fact.objects.exclude(event_id="30").update(received_at=now - timedelta(seconds=90))
    found = gauges(probe)
    assert float(found['earshot_facts{outcome="dead"}']) == 1
    assert float(found['earshot_facts{outcome="parked"}']) == 2
    assert float(found["earshot_unassigned_calls"]) == 1
    assert float(found["earshot_sockets"]) >= 0
    assert float(found['earshot_age_seconds{part="reconciler"}']) < 60
    assert float(found['earshot_age_seconds{part="provider"}']) > 20


def test_when_it_was_last_pruned_is_told(probe, clock):
    assert "has not run so far" in probe().json()["retention"]
    call_command("prune", "--only", "logins", "--pause", "0")
    assert "has not run so far" in probe().json()["retention"]  # not all of it
    call_command("prune", "--pause", "0")
    clock.shift(timedelta(hours=5))
    Pulse.objects.filter(name="reconciler").update(at=timezone.now())
    assert (probe().status_code, probe().json()["retention"]) == (200, "ok (last pruned 5 h ago)")
    assert b'earshot_age_seconds{part="prune"} 18000' in probe("/metrics").content
    clock.shift(timedelta(days=3))
    assert probe().json()["retention"] == "ok (last pruned 3 days ago)"
