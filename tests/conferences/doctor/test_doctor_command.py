"""The whole examination as an operator runs it, against the simulator."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from conferences.doctor import stores
from conferences.models import BackfillCursor, Fact
from tests.support.story import ANA, API_KEY, Story


def doctor(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out, no_color=True)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def examined() -> dict[str, dict[str, str]]:
    return {one["subject"]: one for one in json.loads(doctor("--json")[1])["findings"]}


@pytest.fixture
def healthy(story: Story, marta: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Story:
    """An installation in which nothing is amiss, at any version of SQLite."""
    monkeypatch.setattr(stores.sqlite_safety, "SAFE", (3, 0, 0))
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["earshot.example", "testserver"]
    settings.AUDIT_KEY = base64.b64encode(bytes(range(32))).decode()
    url = "https://earshot.example/webhooks/telnyx/"
    story.simulator.configure(webhook_url=url, first_command_timeout=False)
    story.call(ANA)
    BackfillCursor.objects.create(until=timezone.now())
    return story


def test_a_healthy_installation_exits_0_and_says_so(healthy: Story):
    code, text = doctor()
    assert (code, text.splitlines()[-1]) == (0, "All is well.")


def test_warnings_exit_1_and_errors_2(healthy: Story, settings: Any):
    healthy.simulator.configure(first_command_timeout=True)
    warned, text = doctor()
    settings.TELNYX_CALLER_ID = "0034 910"
    failed, more = doctor()
    assert (warned, text.splitlines()[-1]) == (1, "1 warning.")
    assert (failed, more.splitlines()[-1]) == (2, "1 error, 1 warning.")


def test_findings_are_aligned_and_followed_by_their_remedy(healthy: Story, settings: Any):
    settings.TELNYX_CALLER_ID = ""
    lines = doctor()[1].splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("error"))
    assert lines[at].startswith("error    Caller id          TELNYX_CALLER_ID is empty or not in E.164 form:")
    assert (lines[at + 1][:28].strip(), lines[at + 2][:28]) == ("", " " * 26 + "→ ")


def test_a_missing_outbound_voice_profile_is_found_before_dialling(healthy: Story):
    healthy.simulator.configure(outbound_voice_profile_id=None)
    code, text = doctor()
    assert code == 2
    assert "no supervisor's phone can be called" in text


def test_json_tells_the_same_and_the_worst(healthy: Story, settings: Any):
    settings.TELNYX_CALLER_ID = ""
    code, text = doctor("--json")
    told = json.loads(text)
    (wrong,) = [one for one in told["findings"] if one["level"] != "ok"]
    assert (code, told["worst"], wrong["subject"], sorted(wrong)) == (
        2, "error", "Caller id", ["level", "mend", "said", "subject"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "value", "subject"),
    [
        ("TELNYX_PUBLIC_KEY", "", "Public key"),
        ("TELNYX_PUBLIC_KEY", "AAAA", "Public key"),
        ("TELNYX_CALLER_ID", "", "Caller id"),
        ("TELNYX_CALLER_ID", "910000000", "Caller id"),
        ("TELNYX_API_KEY", "", "API key"),
        ("TELNYX_API_KEY", "KEY WITH SPACES", "API key"),
        ("TELNYX_API_KEY", "KEY0000_of_somebody_else", "API key"),
        ("TELNYX_CONNECTION_ID", "", "Application"),
        ("TELNYX_CONNECTION_ID", "999", "Application"),
    ],
)
def test_a_setting_that_is_amiss_is_an_error(healthy: Story, settings: Any, setting: str, value: str, subject: str):
    before = examined()[subject]
    setattr(settings, setting, value)
    after = examined()[subject]
    assert before["level"] == "ok"
    assert after["level"] == "error"
    assert bool(after["mend"]) is True


@pytest.mark.parametrize(
    ("fault", "level", "told"),
    [
        ("unauthorized", "error", "401/10009: the provider does not accept our key."),
        ("unavailable", "error", "HTTP 503 after 2 sends. Check the network"),
        ("bad_gateway", "error", "HTTP 502 after 2 sends."),
        ("invalid_json", "error", "Unreadable answer after 2 sends."),
        ("hang", "error", "Timeout after 2 sends."),
        ("rate_limited", "warning", "429 after"),
    ],
)
def test_an_unanswering_provider_is_reported_and_asked_no_more(
    healthy: Story, settings: Any, fault: str, level: str, told: str
):
    healthy.simulator.faults.add(fault, times=None, seconds=3600)
    findings = examined()
    assert (findings["API key"]["level"], findings["Application"]["level"]) == (level, "warning")
    assert findings["API key"]["mend"].startswith(told)
    assert findings["Application"]["said"] == "Not looked at, as the provider does not answer us."


def test_a_provider_failing_during_the_examination_is_a_finding(healthy: Story):
    healthy.simulator.faults.add("unavailable", path="/webhook_deliveries", times=None)
    findings = examined()
    assert (findings["Application"]["level"], findings["Deliveries"]["level"]) == ("ok", "error")


def test_a_forbidden_application_is_told_with_its_reason(healthy: Story):
    body = {"errors": [{"code": "10010", "title": "Authorization failed"}]}
    healthy.simulator.faults.add("answer", path="/call_control_applications/", status=403, body=body, times=None)
    finding = examined()["Application"]
    assert (finding["level"], finding["mend"].split(":")[0]) == ("error", "403/10010")


def test_a_database_that_is_away_leaves_the_rest_examined(healthy: Story):
    def fail(*_: Any) -> None:
        raise OperationalError("away")

    with connection.execute_wrapper(fail):
        findings = examined()
    levels = {subject: one["level"] for subject, one in findings.items() if one["level"] != "ok"}
    assert levels == {"Database": "error", "Directory": "warning"}
    assert findings["API key"]["level"] == "ok"


def test_failed_deliveries_to_us_are_counted(healthy: Story, settings: Any):
    settings.TELNYX_PUBLIC_KEY, key = type(healthy.simulator.key).generate().public_key, settings.TELNYX_PUBLIC_KEY
    healthy.simulator.incoming_call()
    healthy.simulator.pump()
    settings.TELNYX_PUBLIC_KEY = key
    finding = examined()["Deliveries"]
    assert finding["level"] == "error"
    assert finding["said"] == "1 failed in the last 24 hours: 400 (1×). None has arrived since."


@pytest.mark.parametrize(("shift", "level"), [(0, "ok"), (45, "warning"), (-45, "warning"), (200, "error")])
def test_a_clock_that_is_off_shows(healthy: Story, clock: Any, shift: int, level: str):
    clock.shift(timedelta(seconds=shift))
    assert examined()["Clock"]["level"] == level


@pytest.mark.parametrize(("late", "level"), [(0, "ok"), (45, "warning"), (-200, "error")])
def test_webhooks_that_come_late_or_early_show(healthy: Story, late: int, level: str):
    for fact in Fact.objects.filter(source="webhook"):
        Fact.objects.filter(pk=fact.pk).update(received_at=fact.occurred_at + timedelta(seconds=late))
    assert examined()["Webhook delay"]["level"] == level


def test_a_server_without_any_webhook_yet_is_told_so(healthy: Story):
    Fact.objects.all().delete()
    assert (examined()["Webhooks"]["level"], examined()["Webhook delay"]["level"]) == ("warning", "ok")


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_no_key_is_ever_printed(healthy: Story, settings: Any, arguments: tuple[str, ...]):
    settings.TELNYX_API_KEY = f"{API_KEY}\n"
    settings.TELNYX_PUBLIC_KEY = "KEY0123456789ABCDEF_canary"
    text = doctor(*arguments)[1]
    assert "canary" not in text
    assert "TELNYX_API_KEY" in text
    assert "TELNYX_PUBLIC_KEY" in text


def test_nothing_but_findings_comes_of_an_examination(healthy: Story):
    before = [*healthy.simulator.commands], Fact.objects.count()
    doctor()
    assert ([*healthy.simulator.commands], Fact.objects.count()) == before
