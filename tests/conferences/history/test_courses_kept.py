"""A call's course is folded once for all who look, anew as soon as more is told of it, and never kept without bound."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

from django.utils import timezone

from conferences.history.kept import Courses
from conferences.history.lanes import Lane, Span, unread
from tests.dashboard.views.test_timeline import look
from tests.support.events import MORNING, event, joined
from tests.support.story import ANA, LUIS, Story

FACTS = dict(enumerate([joined("a", at=1), event("call.hold", 2, leg="a"), event("call.unhold", 3, leg="a")]))


def test_the_same_facts_are_read_once():
    courses, call, asked = Courses(), uuid4(), []

    def course(count: int):
        facts = {key: FACTS[key] for key in range(count)}
        return courses.of(call, frozenset(facts), lambda: asked.append(count) or facts)

    assert course(2) is course(2)
    assert [len(course(count).facts) for count in (3, 3, 1, 3)] == [3, 3, 1, 3]
    assert asked == [2, 3, 1, 3]


def test_what_was_looked_at_longest_ago_goes_first():
    courses, calls, asked = Courses(most=2 * len(FACTS)), [uuid4() for _ in range(3)], []
    for one in (0, 1, 0, 2, 0, 1):
        courses.of(calls[one], frozenset(FACTS), lambda one=one: asked.append(one) or FACTS)
    assert asked == [0, 1, 2, 1]


def test_a_page_shows_what_was_told_since(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    story.pass_time(5)
    assert "Luis" in look(marta, conference)
    story.simulator.far_end_hangs_up(story.leg(LUIS))
    story.pass_time(5)
    now = timezone.now().isoformat()
    assert ["Luis" in look(marta, conference, **query) for query in ({}, {"at": now})] == [False, False]


def test_holds_do_not_break_up_what_nobody_read():
    at = [fact.occurred_at for fact in FACTS.values()]
    spans = (Span("in", at[0], at[1]), Span("held", at[1], at[2]), Span("in", at[2], None))
    record = SimpleNamespace(readings={})
    assert unread(record, Lane("a", "agent", spans)) == (Span("unread", at[0], None),)
    record.readings["a"] = ((at[1], at[2]),)
    assert unread(record, Lane("a", "agent", spans)) == (Span("unread", at[0], at[1]), Span("unread", at[2], None))
    assert unread(record, Lane("b", "agent", (Span("ringing", MORNING, at[0]),))) == ()
