"""docs/faults.md tells the truth: the stand-in takes every order, every kind of fault is there, and every test is."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import get_args

import httpx
import pytest

from conferences.simulator import Simulator
from conferences.simulator.faults import Kind
from conferences.simulator.people.sample_people import SUPERVISORS
from conferences.simulator.phones import OUTCOMES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "faults.md").read_text()
FAULTS = re.findall(r"fault '(\{.*?\})'(?: \||`|$)", PAGE, re.MULTILINE)
ORDERS = [("/test/faults", body) for body in FAULTS]
ORDERS += re.findall(r"curl -sS http://127\.0\.0\.1:8001(/test/\w+) -d '(\{.*\})'", PAGE)


@pytest.mark.parametrize(("path", "body"), ORDERS)
def test_an_order_of_the_page_is_taken(path, body):
    with httpx.Client(transport=Simulator().client_transport, base_url="http://127.0.0.1:8001") as client:
        response = client.post(path, content=body)
    assert (response.status_code, response.text) == (200, "{}")


def test_every_kind_of_fault_is_on_the_page():
    kinds = {one["kind"] for body in FAULTS for one in json.loads(body).get("api", [])}
    assert kinds == set(get_args(Kind))


def test_phone_of_the_page_is_one_of_the_demo():
    addresses = {*re.findall(r'"address": "([^"]+)"', PAGE)}
    assert addresses
    assert addresses <= {device.address for one in SUPERVISORS for device in one.devices}


def test_every_possible_phone_behaviour_is_on_the_page():
    assert [one for one in OUTCOMES if one != "answers" and f"`{one}`" not in PAGE] == []


ROWS = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
SHOWN_BY = sorted({one for *_, tests in ROWS for one in re.findall(r"`([^`]+)`", tests)})


def names_in(module: Path) -> set[str]:
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return {one.name for one in ast.walk(ast.parse(module.read_text())) if isinstance(one, functions)}


def test_every_fault_of_the_catalogue_is_listed_once():
    assert [int(number) for number, *_ in ROWS] == list(range(1, 65))


def test_every_fault_has_its_expectation_and_a_test():
    assert [number for number, _, expected, tests in ROWS if not expected.strip() or "::test_" not in tests] == []


@pytest.mark.parametrize("named", SHOWN_BY)
def test_every_test_that_the_catalogue_names_exists(named: str):
    path, _, name = named.partition("::")
    assert name in names_in(ROOT / path)
