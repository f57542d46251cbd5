"""A mistake of ours in showing one call or agent: the others are shown, pages and pushes alike, and it is said."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from conferences.ingest.feed import latest
from conferences.liveness import boundaries
from conferences.liveness.boundaries import Boundary
from conferences.models import Conference
from dashboard.live import frames
from dashboard.live.connect import viewer_of
from dashboard.presenters import fragments, seen
from dashboard.presenters.rows import showing
from dashboard.views import agents
from tests.support.story import ANA, LUIS, Story, browser

pytestmark = pytest.mark.usefixtures("directory")
SAID = "This cannot be shown"
SECRET = "+14155550171"


class Planted(Exception):
    pass


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundaries, "SHOWING", Boundary("Showing a row"))


@pytest.fixture
def two(story: Story) -> tuple[Conference, Conference]:
    """A call that will not be shown, and one that will."""
    return story.call(ANA)[1], story.call(LUIS, customer="+14155550172")[1]


def in_reading(patch: pytest.MonkeyPatch, unlucky: Conference) -> None:
    right = seen.call_for

    def wrong(audience: Any, conference: Conference, alike: Any = None) -> Any:
        if conference.pk == unlucky.pk:
            raise Planted(SECRET)
        return right(audience, conference, alike)

    patch.setattr(showing, "call_for", wrong)


def in_drawing(patch: pytest.MonkeyPatch, unlucky: Conference) -> None:
    right = fragments.row

    def wrong(call: Any) -> str:
        if call.pk == unlucky.pk:
            raise Planted(SECRET)
        return right(call)

    patch.setattr(fragments, "row", wrong)


WHERE = pytest.mark.parametrize("plant", [in_reading, in_drawing])


@WHERE
def test_the_board_shows_the_others(monkeypatch: pytest.MonkeyPatch, two: Any, marta: User, plant: Any):
    plant(monkeypatch, two[0])
    page = browser(marta).get("/").content.decode()
    assert (page.count(SAID), "Luis Ortega" in page) == (1, True)
    assert all(f'id="conference-{one.pk}"' in page for one in two)


@WHERE
@pytest.mark.parametrize("is_new", [True, False], ids=["pushed", "caught up with"])
def test_pushes_have_the_others(monkeypatch: pytest.MonkeyPatch, two: Any, marta: User, case: Any, plant: Any):
    plant(monkeypatch, two[0])
    content, rows = case(marta)
    assert (content.count(SAID), "Luis Ortega" in content) == (1, True)
    assert rows == {f"conference-{one.pk}" for one in two}


@pytest.fixture
def case(is_new: bool) -> Any:
    def told(user: User) -> tuple[str, set[str]]:
        viewer = viewer_of(user, "", {"since": "0"})
        text = (frames.changes_since(0).frame(viewer) if is_new else frames.catch_up([viewer])[1][viewer]) or "{}"
        frame = frames.orjson.loads(text)
        return frame["content"], set(frame["rows"])

    return told


def test_once_it_is_mended_the_row_is_right_again(monkeypatch: pytest.MonkeyPatch, two: Any, marta: User, story: Story):
    with monkeypatch.context() as planted:
        in_drawing(planted, two[0])
        assert SAID in browser(marta).get("/").content.decode()
    page = browser(marta).get("/").content.decode()
    assert (SAID in page, "Ana Ruiz" in page) == (False, True)


def test_an_agent_who_cannot_be_shown_hides_nobody_else(
    monkeypatch: pytest.MonkeyPatch, two: Any, marta: User, directory: Any
):
    right = agents.row_for

    def wrong(audience: Any, found: Any, agent: Any, calls: Any) -> Any:
        if agent == directory.ana:
            raise Planted(SECRET)
        return right(audience, found, agent, calls)

    monkeypatch.setattr(agents, "row_for", wrong)
    monkeypatch.setattr("dashboard.presenters.rows.changed_agents.row_for", wrong)
    page = browser(marta).get("/agents/").content.decode()
    assert (page.count(SAID), "Luis Ortega" in page) == (1, True)
    pushed = frames.changes_since(0).frame(viewer_of(marta, "", {"since": "0", "view": "agents"})) or ""
    assert (pushed.count(SAID), "Luis Ortega" in pushed) == (1, True)


def test_probes_say_so_and_nobodys_number(monkeypatch: pytest.MonkeyPatch, two: Any, marta: User, settings: Any):
    settings.METRICS_TOKEN = "a token of the tests"
    in_drawing(monkeypatch, two[0])
    browser(marta).get("/")
    answer = Client().get("/readyz", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})
    said = answer.json()["background"]
    assert "Showing a row failed" in said
    assert "Planted in wrong" in said
    assert SECRET not in said
    assert latest() > 0


def test_an_agent_in_a_broken_call_says_so(monkeypatch: pytest.MonkeyPatch, two: Any, marta: User):
    in_reading(monkeypatch, two[0])
    page = browser(marta).get("/agents/").content.decode()
    assert (page.count(SAID), "Luis Ortega" in page) == (1, True)
