"""The guard over key and numbers hears what it should, lets pass what it may, and fails the test in which it was."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse

from tests.support.secret_leaks import GUARD, Guard, watch_failed_pages
from tests.support.story import API_KEY, CUSTOMER

PLANTED = Path(__file__).parents[1] / "fixtures" / "planted_leaks.py"


def told(name, message, *args):
    guard = Guard()
    guard.look_at_record(logging.LogRecord(name, logging.DEBUG, "", 1, message, args, None))
    return [leak.partition(":")[0] for leak in guard.taken()]


@pytest.mark.parametrize("name", ["conferences.background", "dashboard.live.hub", "httpcore.http11", "asyncio"])
def test_key_is_detected_in_any_log_even_where_masked(name):
    assert told(name, "%s", {"authorization": f"Bearer {API_KEY}"}) == [f"{API_KEY} in the log of {name}"]


def test_number_is_detected_in_our_words_unless_masked():
    ours, libraries = (
        told("conferences.ingest.inbox", "from %s", CUSTOMER),
        told("httpcore.http11", "from %s", CUSTOMER),
    )
    assert (ours[0], libraries) == (f"{CUSTOMER} in the log of conferences.ingest.inbox", [])


def test_nothing_is_heard_in_an_innocent_line():
    assert told("conferences.ingest.inbox", "from %s", "+14155550172") == []


def test_an_exception_is_heard_in_its_causes_too():
    guard, error = Guard(), RuntimeError("innocent")
    error.__cause__ = ValueError(f"refused {API_KEY}")
    guard.look_at_exception(error)
    assert len(guard.taken()) == 1


@pytest.mark.parametrize(("status", "leaks"), [(200, 0), (400, 1), (503, 1)])
def test_a_page_is_looked_at_when_its_request_failed(status, leaks):
    GUARD.taken()
    watch_failed_pages(lambda _: HttpResponse(f"<p>{API_KEY}</p>", status=status))(HttpRequest())
    assert len(GUARD.taken()) == leaks


def test_a_planted_leak_fails_its_test_and_no_other():
    """A run of its own, of tests that each let a canary out in another way, but for the last."""
    root = PLANTED.parents[2]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=no", "-rA", str(PLANTED)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    ends = dict(reversed(line.partition(" - ")[0].split(" ")) for line in run.stdout.splitlines() if "::" in line)
    leaks = ("our_log", "a_librarys_log", "an_exception", "a_failed_page")
    place = f"{PLANTED.relative_to(root)}::test_"
    assert ends == {f"{place}a_leak_in_{leak}": "ERROR" for leak in leaks} | {f"{place}no_leak": "PASSED"}
