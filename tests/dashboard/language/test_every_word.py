"""Nothing readable is written but through gettext: in a language of brackets all that stands outside them is data."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.contrib.auth.models import Permission
from django.test import Client

from conferences.models import ChosenReading
from tests.catalogues import compiled, said
from tests.support.story import ANA, LUIS, Story, browser

PAGES = (
    *("/", "/?state=On+hold", "/agents/", "/agents/?group=state", "/history/", "/history/?queue=999", "/unassigned/"),
    *("/audit/", "/audit/?show=everything", "/accounts/", "/reports/", "/nowhere/"),
    *("{call}", "{call}supervise/", "{call}hearing/", "{call}moment/?second=0", "{over}", "{over}moment/?second=1"),
)
READ_ALOUD = ("aria-label", "title", "placeholder", "alt", "data-one", "data-many", "aria-valuetext")
UNREAD = ("script", "style", "kbd")
# What is no sentence of ours: names, numbers, addresses, times, languages and zones in their own words.
DATA = re.compile(
    r"Ana R(uiz|\.)|Luis O(rtega|\.)|Marta G(il|\.)|marta|Chen Wei|Desk phone|Mobile"
    r"|Support|Sales|Helpdesk|New business"
    r"|Earshot|Telnyx|English|Español|Deutsch|UTC|[A-Z]\w+/[\w/+-]+|sip:\S+|\d+ ?(s|min|h)\b|[0-9a-f-]{8,}|v3:\S+"
    r"|[a-z]+-\w+-\d+|conf\w*|Firefox|\d+ \w{3,9}\.? \d{4}"
    # Of the audit: what the screen said then, as it is on record, and the names of pages.
    r"|“[^”]*”|\bnumbers \w+|\baudit\b"
)


class Words(HTMLParser):
    """All text of a page in its order, and what is read aloud of attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.attributes, self._within = [""], [], [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [value for name, value in attrs if name in READ_ALOUD and value]
        if tag not in ("input", "img", "link", "meta", "br", "rect", "line", "circle", "path", "use"):
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while tag in self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._within[-1] not in UNREAD:
            self.text.append(data)


def outside(text: str) -> list[str]:
    """The readable words that stand in no bracket."""
    depth, left = 0, []
    for one in text:
        depth += (one == "⟦") - (one == "⟧")
        left.append(one if not depth and one != "⟧" else " ")
    return re.findall(r"[^\W\d_]{2,}[^\n]*", DATA.sub(" ", re.sub(r" {2,}", "\n", "".join(left))))


@pytest.fixture
def bracketed(settings: Any, tmp_path: Path) -> None:
    """German, in which every sentence is itself in brackets."""
    catalog = Catalog(locale="de")
    for context, text in said():
        marked = f"⟦{text}⟧" if isinstance(text, str) else tuple(f"⟦{one}⟧" for one in text)
        catalog.add(text, marked, context=context)
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(compiled(catalog))
    settings.LOCALE_PATHS = [str(tmp_path)]


def words_outside(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code in (200, 404), (address, response.status_code)
    page = Words()
    page.feed(response.content.decode())
    return [*outside("".join(page.text)), *(word for one in page.attributes for word in outside(one))]


def test_every_word_of_every_page_is_translatable(story: Story, marta, bracketed):
    ended, over = story.call(LUIS)
    story.simulator.world.conferences.end_by_command(ended)
    story.pass_time(1)
    _, conference = story.call(ANA, LUIS)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    marta.user_permissions.set(Permission.objects.filter(content_type__app_label="conferences"))
    ChosenReading.objects.create(user=marta, language="de", time_zone="Asia/Tokyo")
    places = {"call": f"/conferences/{conference.pk}/", "over": f"/conferences/{over.pk}/"}
    client = browser(marta)
    found = {one: words_outside(client, one.format(**places)) for one in PAGES}
    assert {one: words for one, words in found.items() if words} == {}


def test_the_login_is_translatable(db, bracketed):
    client = Client(headers={"Accept-Language": "de"})
    assert words_outside(client, "/accounts/login/?next=/agents/") == []
