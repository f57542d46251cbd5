"""A supervisor's own views of the board: what is kept of an address, whose they are, and a queue that is gone."""

from __future__ import annotations

from typing import Any

import pytest

from conferences.models import SavedView
from tests.support.story import Story, browser

pytestmark = pytest.mark.usefixtures("directory")
QUERY = "queue=Helpdesk&group=queue&sort=time&direction=down&density=compact"
WORDS = dict(pair.split("=") for pair in QUERY.split("&"))


def at(query: str) -> dict[str, Any]:
    """As a page's script posts from the board with that address."""
    return {"headers": {"HX-Request": "true", "HX-Current-URL": f"http://testserver/?{query}"}}


def test_a_view_is_saved_and_shown_first(marta, ben):
    mine = browser(marta)
    saved = mine.post("/views/", {"name": "Helpdesk, longest", "query": f"{QUERY}&since=9&x=1", "is_default": "1"})
    assert saved.status_code == 302
    view = SavedView.objects.get()
    assert view.query == WORDS  # and nothing else of the address
    first = mine.get("/")
    assert first.status_code == 302
    assert "queue=Helpdesk" in first.url
    assert "Helpdesk, longest" in mine.get(first.url).content.decode()
    assert mine.get("/?all=1").status_code == 200
    mine.post(f"/views/{view.pk}/", {"action": "usual"})
    assert mine.get("/").status_code == 200

    other = browser(ben)
    assert "Helpdesk, longest" not in other.get("/").content.decode()
    assert other.post(f"/views/{view.pk}/", {"action": "remove"}).status_code == 404
    assert mine.post(f"/views/{view.pk}/", {"action": "remove"}).status_code == 302
    assert not SavedView.objects.exists()


def test_a_name_is_used_once_and_asked_for(marta):
    mine = browser(marta)
    for query in ("sort=time", "sort=queue"):
        mine.post("/views/", {"name": "One", "query": query})
    assert SavedView.objects.get().query == {"sort": "queue"}
    taken = mine.post("/views/", {"name": "One"}, **at("sort=call")).content.decode()
    assert ('aria-invalid="true"' in taken, 'name="replace" value="One"' in taken) == (True, True)
    assert SavedView.objects.get().query == {"sort": "queue"}
    meant = mine.post("/views/", {"name": "One", "replace": "One"}, **at("sort=call")).content.decode()
    assert ('aria-invalid="true"' in meant, SavedView.objects.get().query) == (False, {"sort": "call"})
    refused = mine.post("/views/", {"name": " "}, headers={"HX-Request": "true"})
    assert 'aria-invalid="true"' in refused.content.decode()
    assert SavedView.objects.count() == 1


def test_a_queue_that_is_gone_is_said(story: Story, marta, directory):
    mine = browser(marta)
    story.call()
    mine.post("/views/", {"name": "Old", "query": QUERY, "is_default": "1"})
    directory.queue.name = "Front desk"
    directory.queue.save()
    shown = mine.get(mine.get("/").url)
    assert shown.context["calls"] == []
    page = shown.content.decode()
    assert "Helpdesk (gone)" in page
    assert "group=queue&amp;sort=time" in page  # the same without it
    assert "/?all=1" in page
