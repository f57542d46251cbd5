"""Every answer of the application says how a browser is to treat it; what a page forbade is reported and counted."""

from __future__ import annotations

import json

import httpx
import pytest
from django.test import Client
from prometheus_client import REGISTRY

REPORTS = "/csp-reports/"
WANTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


async def ask(method: str, path: str, host: str = "localhost", **how) -> httpx.Response:
    from dashboard.asgi import served

    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url=f"http://{host}") as client:
        return await client.request(method, path, **how)


@pytest.mark.parametrize(
    ("method", "path", "host", "status"),
    [
        ("GET", "/accounts/login", "localhost", 301),
        ("GET", "/", "localhost", 302),
        ("GET", "/nowhere/", "localhost", 404),
        ("GET", "/", "elsewhere.example", 400),
        ("POST", "/accounts/logout/", "localhost", 403),
        ("POST", "/webhooks/telnyx/", "localhost", 400),
        ("GET", "/webhooks/telnyx/", "localhost", 405),
        ("POST", "/api/agents/sign-in/", "localhost", 404),
        ("GET", "/healthz", "localhost", 200),
    ],
)
async def test_redirects_and_refusals_say_it_too(transactional_db, method, path, host, status):
    answer = await ask(method, path, host, headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == status
    said = {name: answer.headers.get_list(name) for name in WANTED}
    assert {name: values[0] for name, values in said.items() if len(values) == 1 and name != "cache-control"} == {
        name: value for name, value in WANTED.items() if name != "cache-control"
    }
    assert "no-store" in said["cache-control"][0]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "microphone=()" in answer.headers["permissions-policy"]


def counted(directive: str) -> float:
    return REGISTRY.get_sample_value("earshot_policy_reports_total", {"directive": directive}) or 0.0


def report(body: bytes) -> int:
    return Client(enforce_csrf_checks=True).post(REPORTS, body, content_type="application/csp-report").status_code


@pytest.mark.parametrize(
    ("directive", "counted_as"),
    [("script-src-elem", "script-src-elem"), ("img-src 'self'", "img-src"), ("made-up", "other"), ("", "other")],
)
def test_reports_are_counted_by_directive(db, directive, counted_as):
    before = counted(counted_as)
    assert report(json.dumps({"csp-report": {"violated-directive": directive}}).encode()) == 204
    assert counted(counted_as) == before + 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"csp-report": 7}', b'{"csp-report": {}}', b"\xff" * 100])
def test_whatever_is_reported_is_taken(db, body):
    before = counted("other")
    assert report(body) == 204
    assert counted("other") == before + 1


def test_a_great_report_is_refused(db):
    assert report(b"x" * 20_000) == 413


def test_pages_name_where_to_report(db):
    assert f"report-uri {REPORTS}" in Client().get("/accounts/login/").headers["Content-Security-Policy"]
    assert Client().get(REPORTS).status_code == 405
