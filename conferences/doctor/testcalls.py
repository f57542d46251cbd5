"""Test calls: whether this account was proved to do what Earshot says of who hears whom."""

from __future__ import annotations

from django.utils import timezone

from conferences.doctor.findings import Finding, error, ok, warning
from conferences.models import TestCall
from conferences.testcall.requests import last_result


def examine() -> Finding:
    """Return what the last test call that came to a result found."""
    last = last_result()
    if last is None:
        return ok("Test call", "Never proved on this account who hears a whisper; a test call in the admin proves it.")
    when = f"{timezone.localtime(last.ended_at):%Y-%m-%d %H:%M}"
    if last.state == TestCall.State.PROVED:
        return ok("Test call", f"Proved on {when}: monitor, whisper and barge are heard as Earshot says.")
    fix = "Do not whisper on this account before a test call has gone well."
    said = f"The last one, on {when}, failed at {last.failed_step}. {last.problem}"
    return (
        error("Test call", said, fix, "test call")
        if last.failed_step == "heard"
        else warning("Test call", said, "Make another one.", "test call")
    )
