"""A command that was overtaken by a server that then died gets its outcome in the audit: nobody knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from conferences.audit import log as audit
from conferences.models import AuditEntry, Supervision
from conferences.supervision import orphan_legs
from conferences.supervision.lease import LEASE
from tests.support.story import ANA
from tests.support.threads import at_once


@pytest.fixture
def mine(story, marta):
    _, conference = story.call(ANA)
    return story.supervise(marta, conference)


def intend(mine, command_id="overtaken"):
    return audit.intend(mine, "update", audit.Sending(command_id, role="barge"))


def outcomes(intent):
    return list(intent.outcomes.values_list("result", "detail__provider_text"))


@pytest.mark.parametrize(
    ("waited", "told"), [(1, 0), (30, 0), (LEASE.total_seconds() - 1, 0), (LEASE.total_seconds() + 1, 1), (600, 1)]
)
def test_command_is_unknown_after_a_workers_longest_wait(story, mine, waited, told):
    intent = intend(mine)
    story.pass_time(waited)
    assert len(outcomes(intent)) == told
    story.pass_time(1)
    assert outcomes(intent) in ([], [("unknown", "The server stopped before the answer.")])


def test_command_named_by_its_row_awaits_the_next_worker(story, mine):
    intent = intend(mine, "one-and-only")
    Supervision.objects.filter(pk=mine.pk).update(command="update", command_id="one-and-only")
    story.wait(120)
    assert orphan_legs.commands_without_answer() == []
    assert outcomes(intent) == []


def test_answered_or_long_past_command_is_left_alone(story, mine):
    audit.conclude(intend(mine, "answered"), audit.Outcome(AuditEntry.Result.OK))
    intend(mine, "long ago")
    story.wait(timedelta(hours=2).total_seconds())
    assert orphan_legs.commands_without_answer() == []


@pytest.mark.django_db(transaction=True)
def test_two_servers_write_it_once(story, mine):
    intent = intend(mine)
    story.wait(LEASE.total_seconds() + 1)
    at_once([lambda: orphan_legs.conclude_as_unknown(AuditEntry.objects.get(pk=intent.pk))] * 4, threads=4)
    assert len(outcomes(intent)) == 1
    assert timezone.now() > intent.at
