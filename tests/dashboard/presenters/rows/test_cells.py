"""Parts of rows: rendered from the values they name alone, once for all who are shown the same of a call."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.utils import translation

from conferences.models import Agent, Conference
from dashboard.presenters import fragments
from dashboard.presenters.agent import AgentRow, row_for
from dashboard.presenters.audience import audience_of
from dashboard.presenters.board.asking import Help
from dashboard.presenters.call import Call
from dashboard.presenters.hearing.joining import Sensitive
from dashboard.presenters.rows.agent_calls import AgentCalls
from dashboard.presenters.rows.agent_rows import roster
from dashboard.presenters.rows.cells import Cells, NotNamed, part_of
from dashboard.presenters.rows.moving import on_one_line
from dashboard.presenters.seen import call_for
from tests.support.story import ANA, LUIS, Story

ROW = (settings.BASE_DIR / "templates/dashboard/board/_conference_row.html").read_text()
PARTS = [
    (f"dashboard/board/cells/_{name}.html", shows)
    for name, shows in re.findall(r'{% cell "(\w+)" call "([\w ]+)" %}', ROW)
]


def seen(user, conference) -> Call:
    return call_for(audience_of(user), Conference.objects.with_people().get(pk=conference.pk))


def drawn(cells: Cells, call: Call) -> list[str]:
    return [cells.drawn(template, call=part_of(call, shows)) for template, shows in PARTS]


@pytest.fixture
def calls(story: Story, marta, ben) -> list[Call]:
    """Whatever may show on a row: held, supervised, over, repaired, asked for help in, closed to listeners."""
    world, held = story.call(ANA)
    story.simulator.world.legs.far_end_holds(world.creator)
    _, supervised = story.call(LUIS)
    story.supervise(marta, supervised, role="monitor")
    _, alone = story.call()
    other, over = story.call(ANA, LUIS)
    for stay in list(other.participants):
        story.simulator.far_end_hangs_up(stay.leg)
    story.pass_time(1)
    now, call = story.now(), seen(marta, held)
    return [
        *(seen(user, one) for user in (marta, ben) for one in (held, supervised, alone, over)),
        replace(call, drift="Ana Ruiz left.", drift_at=now),
        replace(call, help=(Help(uuid4(), "Ana Ruiz", now, "Refund", ""), Help(uuid4(), "Luis", now, "", "Marta"))),
        replace(call, actions=(), sensitive=(Sensitive(now + timedelta(minutes=1), "Marta Gil"),)),
        replace(call, actions=(), kept_out="Not in this queue."),
        replace(call, actions=(), is_in_scope=False),
        replace(call, actions=(), is_unassigned=True),
    ]


def test_a_part_shows_nothing_but_what_it_names(calls):
    assert len(PARTS) == 9
    for call in calls:
        whole = [on_one_line(render_to_string(template, {"call": call})) for template, _ in PARTS]
        assert drawn(Cells(), call) == whole


def test_a_part_that_names_too_little_cannot_be_drawn(calls):
    with pytest.raises(NotNamed, match="heading"):
        Cells().drawn("dashboard/board/cells/_call.html", call=part_of(calls[0], "pk name status reasons"))


def test_nobody_is_given_what_others_may_read(story: Story, marta, ben, calls):
    """Numbers masked or in full, modes of one or of another, in one language or another: whoever looks first."""
    cells = Cells()
    for call in [*calls, *reversed(calls)]:
        for language in ("en", "de"):
            with translation.override(language):
                assert drawn(cells, call) == drawn(Cells(), call)


def test_a_kept_part_tells_the_time_of_now(story: Story, calls):
    cells = Cells(most=len(PARTS))
    first = drawn(cells, calls[0])
    story.wait(65)
    assert first != drawn(cells, calls[0]) == drawn(Cells(), calls[0])


def agents_rows(user) -> list[AgentRow]:
    audience = audience_of(user)
    found = roster(Agent.objects.filter(team__in=audience.teams))
    calls = AgentCalls(found).seen_by(audience)
    return [row_for(audience, found, one, calls) for one in found.agents]


def test_agents_rows_never_show_to_another_audience(story: Story, marta, ben):
    """Who may read numbers and join in every mode, and who may only listen, see the same agents one after the other."""
    world, _ = story.call(ANA)
    story.simulator.world.legs.far_end_holds(world.creator)
    _, supervised = story.call(LUIS)
    story.supervise(marta, supervised, role="monitor")
    story.pass_time(1)
    ben.supervisor.teams.set(marta.supervisor.teams.all())
    seen = {language: _drawn_in(language, [marta, ben, ben, marta]) for language in ("en", "de")}
    for first, second, second_again, first_again in seen.values():
        assert first == first_again
        assert second == second_again
    full, masked = seen["en"][:2]
    assert "415-555-0171" in full
    assert "415-555-0171" not in masked
    assert "role=barge" in full
    assert "role=barge" not in masked


def _drawn_in(language: str, users: list[User]) -> list[str]:
    with translation.override(language):
        rows = [agents_rows(user) for user in users]
        for row in (one for some in rows for one in some):
            assert fragments.agent(row) == on_one_line(render_to_string(fragments.AGENT, {"row": row}))
        return ["".join(map(fragments.agent, some)) for some in rows]
