"""The doctor says when nobody signs for the audit, and when nothing is deleted."""

from __future__ import annotations

import base64
from datetime import timedelta

from conferences import clock
from conferences.doctor import keeping
from conferences.doctor.findings import Level
from tests.support.story import ANA, Story

KEY = base64.b64encode(bytes(range(32))).decode()


def test_a_missing_or_broken_audit_key_is_told(settings):
    found = {}
    for key in ("", "short", KEY):
        settings.AUDIT_KEY = key
        found[key] = keeping.audit_key().level
    assert list(found.values()) == [Level.WARNING, Level.ERROR, Level.OK]


def test_events_that_outlive_their_time_are_told(story: Story, directory):
    assert keeping.pruned(clock.now()).level is Level.OK
    story.call(ANA)
    assert keeping.pruned(clock.now() + timedelta(days=32)).level is Level.OK
    assert keeping.pruned(clock.now() + timedelta(days=34)).level is Level.WARNING
