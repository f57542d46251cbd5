"""docs/asvs.md tells the truth: every item of levels 1 and 2 stands there once, and every test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_faults_documentation import names_in

ROOT = Path(__file__).parents[1]
ROWS = re.findall(r"^\| ([\d., –]+) \| ([^|]+) \| ([^|]+) \|$", (ROOT / "docs" / "asvs.md").read_text(), re.MULTILINE)
SHOWN_BY = sorted({one for *_, shown in ROWS for one in re.findall(r"`(tests/[^`]+)`", shown)})
# The numbers of OWASP ASVS 5.0.0, levels 1 and 2: of each section how its items are numbered.
ITEMS = """
1.1.1–1.1.2 1.2.1–1.2.9 1.3.1–1.3.11 1.4.1–1.4.3 1.5.1–1.5.2 2.1.1–2.1.3 2.2.1–2.2.3 2.3.1–2.3.4 2.4.1
3.2.1–3.2.2 3.3.1–3.3.4 3.4.1–3.4.6 3.5.1–3.5.5 3.7.1–3.7.2 4.1.1–4.1.3 4.2.1 4.3.1–4.3.2 4.4.1–4.4.4 5.1.1
5.2.1–5.2.3 5.3.1–5.3.2 5.4.1–5.4.3 6.1.1–6.1.3 6.2.1–6.2.12 6.3.1–6.3.4 6.4.1–6.4.4 6.5.1–6.5.5 6.6.1–6.6.3
6.8.1–6.8.4 7.1.1–7.1.3 7.2.1–7.2.4 7.3.1–7.3.2 7.4.1–7.4.5 7.5.1–7.5.2 7.6.1–7.6.2 8.1.1–8.1.2 8.2.1–8.2.3
8.3.1 8.4.1 9.1.1–9.1.3 9.2.1–9.2.4 10.1.1–10.1.2 10.2.1–10.2.2 10.3.1–10.3.4 10.4.1–10.4.11 10.5.1–10.5.5
10.6.1–10.6.2 10.7.1–10.7.3 11.1.1–11.1.2 11.2.1–11.2.3 11.3.1–11.3.3 11.4.1–11.4.4 11.5.1 11.6.1
12.1.1–12.1.3 12.2.1–12.2.2 12.3.1–12.3.4 13.1.1 13.2.1–13.2.5 13.3.1–13.3.2 13.4.1–13.4.5 14.1.1–14.1.2
14.2.1–14.2.4 14.3.1–14.3.3 15.1.1–15.1.3 15.2.1–15.2.3 15.3.1–15.3.7 16.1.1 16.2.1–16.2.5 16.3.1–16.3.4
16.4.1–16.4.3 16.5.1–16.5.3 17.1.1 17.2.1–17.2.4 17.3.1–17.3.2
"""


def numbers(text: str) -> list[str]:
    """Numbers one by one, also those from one to another of a section."""
    found = []
    for one in text.replace(" ", "").split(","):
        first, _, last = one.partition("–")
        section, _, number = first.rpartition(".")
        found += [f"{section}.{each}" for each in range(int(number), int((last or first).rpartition(".")[2]) + 1)]
    return found


def test_every_item_stands_there_once():
    there = [each for items, *_ in ROWS for each in numbers(items)]
    assert sorted(there) == sorted(numbers(",".join(ITEMS.split())))


def test_every_item_has_a_test_or_an_exception():
    said = ("Exception: ", "Not here", "`tests/")
    assert [items for items, _, shown in ROWS if not shown.startswith(said)] == []


@pytest.mark.parametrize("named", SHOWN_BY)
def test_every_test_that_it_names_exists(named: str):
    path, _, name = named.partition("::")
    assert (ROOT / path).is_file()
    assert not name or name in names_in(ROOT / path)
