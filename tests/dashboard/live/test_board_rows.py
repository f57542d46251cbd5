"""A board loads the calls of its own audience, and no row of anybody else's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models.signals import post_init

from conferences.models import Conference
from dashboard.live import frames
from dashboard.presenters.audience import audience_of
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


@pytest.mark.parametrize("others", [0, 5])
def test_other_teams_calls_are_not_loaded(story: Story, marta, loaded, others):
    for _ in range(others):
        story.call(CHEN, queue=SALES_NUMBER)
    _, mine = story.call(ANA)
    audience = audience_of(marta)
    loaded.clear()
    assert frames.visible(audience) == [mine]
    assert [one.pk for one in loaded] == [mine.pk]


def test_who_sees_no_team_loads_nothing(story: Story, marta, directory, loaded):
    story.call(ANA)
    marta.supervisor.teams.clear()
    audience = audience_of(marta)
    loaded.clear()
    assert (frames.visible(audience), loaded) == ([], [])
