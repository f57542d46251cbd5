"""docs/faults.md tells the truth: the stand-in takes every order in it, and every kind of fault is in it."""

from __future__ import annotations

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

PAGE = (Path(__file__).parents[1] / "docs" / "faults.md").read_text()
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
