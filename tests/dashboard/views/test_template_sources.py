"""What every template keeps to as it is written: nothing inline, nothing unescaped, nothing too long or too full."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.markup import Contents, contents, crowded

ROOT = Path(settings.BASE_DIR, "templates")
TEMPLATES = sorted(ROOT.rglob("*.html"))
# How much a template may hold before it is to be two.
MOST = Contents(elements=40, depth=7, decisions=18)
# Which function of allauth's a page wants: data, which no browser carries out.
DATA = r' data-allauth-onload="[\w.]+" type="application/json">'


FORBIDDEN = rf"\sstyle=|\son[a-z]+=|<style|<script(?! src|{DATA})|javascript:|\|safe\b|autoescape off|hx-on|hx-vals=.js"


def faulty(look):
    """The templates of which `look` says something, with what it says of each."""
    found = {str(path.relative_to(ROOT)): look(path.read_text()) for path in TEMPLATES}
    return {name: faults for name, faults in found.items() if faults}


def test_no_template_has_anything_inline_or_unescaped():
    assert faulty(lambda source: re.findall(FORBIDDEN, source)) == {}


def too_full(source: str) -> list[str]:
    """Return what a template holds too much of."""
    held, most = asdict(contents(source)), asdict(MOST)
    return [name for name in most if held[name] > most[name]]


def test_no_template_holds_too_much():
    assert faulty(too_full) == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<li></li>" * 40 + "<b></b>" * 40, []),
        ("<li></li>" * 41, ["elements"]),
        ("<li></li>" * 40 + '{% include "a.html" %}', ["elements"]),
        ("<div>" * 7 + "</div>" * 7, []),
        ("<div>" * 8 + "</div>" * 8, ["depth"]),
        ("<input>" * 9, []),
        ("{% if a %}{% elif b %}{% endif %}" * 9, []),
        ("{% if a %}{% elif b %}{% endif %}" * 9 + "{% for a in b %}{% endfor %}", ["decisions"]),
    ],
)
def test_content_of_a_template_is_counted_despite_line_breaks(source, found):
    assert (too_full(source), too_full(source.replace(">", "\n>").replace("%}", "%}\n"))) == (found, found)


def test_no_line_is_too_long_or_begins_two_things():
    assert faulty(lambda source: [line for line in source.splitlines() if len(line) > 120] + crowded(source)) == {}


@pytest.mark.parametrize(
    ("line", "is_crowded"),
    [("<tr><td>", True), ('<li>{% include "a.html" %}', True), ("<p>Only <bdi>Ana</bdi> and <b>you</b></p>", False)],
)
def test_two_things_on_a_line_are_seen(line, is_crowded):
    assert bool(crowded(line)) == is_crowded
