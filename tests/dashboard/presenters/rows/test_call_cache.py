"""What is kept of calls: rows as if rendered now, only what changed loaded, and nothing older than the feed says."""

from __future__ import annotations

import pytest

from conferences.models import Conference
from dashboard.live import frames
from dashboard.presenters import fragments
from dashboard.presenters.audience import Audience, audience_of
from dashboard.presenters.rows.call_cache import CallCache, call_cache
from dashboard.presenters.rows.moving import on_one_line
from tests.support.story import ANA, LUIS, Story


@pytest.fixture
def kept() -> CallCache:
    return CallCache()


def rows(cache: CallCache, audience: Audience) -> list[str]:
    calls, broken = cache.calls(audience, frames.visible(audience))
    assert broken == []
    return [cache.row(audience, one) for one in calls]


def fresh(audience: Audience) -> list[str]:
    calls, _ = CallCache().calls(audience, frames.visible(audience))
    return [on_one_line(fragments.row(one)) for one in calls]


@pytest.mark.parametrize("seconds", [1, 65, 3700])
def test_a_kept_row_tells_the_time_of_now(story: Story, marta, kept, seconds):
    """A call on hold, one of muted people and one that waits: whatever time brings shows on none too late."""
    world, _ = story.call(ANA)
    story.simulator.world.legs.far_end_holds(world.creator)
    story.call(LUIS)
    story.call()
    story.pass_time(1)
    audience = audience_of(marta)
    first = rows(kept, audience)
    story.wait(seconds)
    assert first != rows(kept, audience) == fresh(audience)


def test_a_look_at_the_provider_makes_it_younger(story: Story, marta, kept):
    _, conference = story.call(ANA)
    audience = audience_of(marta)
    rows(kept, audience)
    story.wait(65)
    Conference.objects.filter(pk=conference.pk).update(verified_at=story.now())
    assert ">0 s<" in rows(kept, audience)[0] == fresh(audience)[0]


def test_only_what_has_changed_is_loaded(story: Story, marta, kept, django_assert_num_queries):
    story.call(ANA)
    audience = audience_of(marta)
    rows(kept, audience)
    with django_assert_num_queries(1):
        rows(kept, audience)
    story.call(LUIS)
    assert rows(kept, audience) == fresh(audience)


def test_a_supervised_call_is_rendered_every_time(story: Story, marta, kept):
    _, conference = story.call(ANA)
    audience = audience_of(marta)
    story.supervise(marta, conference, role="monitor")
    rows(kept, audience)
    type(marta).objects.filter(pk=marta.pk).update(first_name="Maria")
    assert "Maria" in rows(kept, audience)[0]


def test_a_name_that_is_saved_is_shown(story: Story, marta, directory):
    story.call(ANA)
    audience = audience_of(marta)
    rows(call_cache, audience)
    directory.ana.name = "Ana Lopez"
    directory.ana.save()
    assert "Ana Lopez" in rows(call_cache, audience)[0]


def test_audiences_are_kept_apart(story: Story, marta, ben, kept):
    story.call(ANA)
    for audience in (audience_of(marta), audience_of(ben)) * 2:
        assert rows(kept, audience) == fresh(audience)


def test_no_more_than_so_many_are_kept(story: Story, marta):
    for agent in (ANA, LUIS):
        story.call(agent)
    audience, small = audience_of(marta), CallCache(most=1)
    assert rows(small, audience) == rows(small, audience) == fresh(audience)
    assert len(small) == 1
