"""A board loads the calls of its own audience, and no row of anybody else's."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db.models.signals import post_init
from django.utils.timezone import now

from conferences.models import Agent, Conference, Leg, Participant
from dashboard.live import frames
from dashboard.presenters.audience import Audience, audience_of
from dashboard.presenters.rows.agent_rows import roster
from dashboard.presenters.rows.call_cache import CallCache
from tests.support.story import ANA, CHEN, SALES_NUMBER, Story


@pytest.fixture
def loaded() -> Iterator[list[Conference]]:
    """Every conference that is loaded from now on."""
    found: list[Conference] = []

    def note(instance: Conference, **_: object) -> None:
        found.append(instance)

    post_init.connect(note, sender=Conference)
    yield found
    post_init.disconnect(note, sender=Conference)


def shown(audience: Audience) -> list[UUID]:
    """The rows of a page that this process renders for the first time."""
    calls, broken = CallCache().calls(audience, frames.visible(audience))
    assert broken == []
    return [one.pk for one in calls]


def test_a_board_of_a_large_center_is_shown(story: Story, marta, directory):
    """SQLite takes no expression deeper than a thousand: what has one condition for each row fails beyond."""
    calls = Conference.objects.bulk_create(
        Conference(conference_id=f"c{n}", queue=directory.queue, first_seen_at=now(), last_event_at=now(), feed=n)
        for n in range(1100)
    )
    agents = [directory.ana, directory.luis]
    legs = Leg.objects.bulk_create(
        Leg(call_control_id=f"leg{n}", kind="agent", agent=agents[n % 2], state="answered") for n in range(1100)
    )
    for n, leg in enumerate(legs):
        leg.sharers.add(agents[(n + 1) % 2])
    joined = [Participant(conference=one, leg=leg, state="joined") for one, leg in zip(calls, legs, strict=True)]
    Participant.objects.bulk_create(joined)
    assert len(shown(audience_of(marta))) == 1100
    assert len(roster(Agent.objects.filter(team=directory.support)).legs) == 2


@pytest.mark.parametrize("others", [0, 5])
def test_other_teams_calls_are_not_loaded(story: Story, marta, loaded, others):
    for _ in range(others):
        story.call(CHEN, queue=SALES_NUMBER)
    _, mine = story.call(ANA)
    audience = audience_of(marta)
    loaded.clear()
    assert shown(audience) == [mine.pk]
    assert [one.pk for one in loaded] == [mine.pk]


def test_who_sees_no_team_loads_nothing(story: Story, marta, directory, loaded):
    story.call(ANA)
    marta.supervisor.teams.clear()
    audience = audience_of(marta)
    loaded.clear()
    assert (shown(audience), loaded) == ([], [])
