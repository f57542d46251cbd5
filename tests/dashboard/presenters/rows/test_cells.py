"""Parts of rows: rendered from the values they name alone, once for all who are shown the same of a call."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from conferences.models import Conference
from dashboard.presenters.audience import audience_of
from dashboard.presenters.board.asking import Help
from dashboard.presenters.call import Call
from dashboard.presenters.hearing.joining import Sensitive
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
