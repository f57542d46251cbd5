"""Rendered HTML as tests read it: on one line, however the template is folded."""

from __future__ import annotations

import re
from dataclasses import dataclass

PHRASE = {"b", "bdi", "br", "i", "kbd", "small"}
VOID = {"circle", "hr", "img", "input", "line", "link", "meta", "path", "rect", "use"}
BLOCKS = (
    "article|button|caption|dd|details|dialog|div|dl|dt|fieldset|form|h1|h2|header|label|legend|li|link|main|nav|option|p|"
    "script|section|select|summary|svg|table|tbody|td|th|thead|tr|ul"
)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^>]*?(/?)>")
_BLOCK = re.compile(rf"<(?:{BLOCKS})\b")


def on_one_line(html: str) -> str:
    """Return it without the white space that nobody sees: inside tags, after a start tag and before an end tag."""
    html = re.sub(r"\s+", " ", html)
    html = re.sub(r" (/?>)", r"\1", html)
    return re.sub(r" (?=</)", "", re.sub(r"(<\w[^>]*>) ", r"\1", html))


@dataclass(frozen=True)
class Contents:
    """How much a template holds: elements and other partials, how deep they stand in each other, and decisions."""

    elements: int
    depth: int
    decisions: int


def contents(source: str) -> Contents:
    """Count what a template holds, however it is folded. Markup of mere phrases, such as a name's, does not count."""
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    decisions = len(re.findall(r"\{% (?:if|elif|for)\b", source))
    included = len(re.findall(r"\{% include\b", source))
    tags = _TAG.findall(re.sub(r"\{[%{].*?[%}]\}", "", source, flags=re.DOTALL))
    depths, depth = [0], 0
    for closing, name, closed in tags:
        if name in PHRASE:
            continue
        depth += -1 if closing else 1
        depths += [] if closing else [depth]
        depth -= bool(not closing and (closed or name in VOID))
    return Contents(len(depths) - 1 + included, max(depths), decisions)


def crowded(source: str) -> list[str]:
    """Return the lines that begin more than one thing: blocks of the page, or other partials."""
    lines = source.splitlines()
    return [line for line in lines if len(re.findall(r"\{% include\b", line)) + len(_BLOCK.findall(line)) > 1]
