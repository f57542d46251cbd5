"""Passwords taken elsewhere are refused: by a list on disk or a range service, and nothing is asked by default."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.login.passwords.breached import BreachedPasswordValidator

TAKEN = "correct horse battery staple"


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def is_refused(password: str) -> bool:
    try:
        BreachedPasswordValidator().validate(password)
    except ValidationError:
        return True
    return False


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.text(min_size=1, max_size=8), min_size=1, max_size=30),
    st.text(max_size=8),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_list_refuses_exactly_what_is_in_it(tmp_path_factory, taken: set[str], other: str, counted: bool, end: str):
    from django.test import override_settings

    path = tmp_path_factory.mktemp("list") / "taken.txt"
    lines = sorted(f"{digest(one)}{':3' if counted else ''}" for one in taken)
    path.write_text(end.join(lines), newline="")
    with override_settings(BREACHED_PASSWORDS_FILE=str(path)):
        assert [is_refused(one) for one in taken] == [True] * len(taken)
        assert is_refused(other) is (other in taken)


@pytest.fixture
def service() -> Iterator[HTTPServer]:
    """A range service that knows one password, and what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked.append(self.path)  # type: ignore[attr-defined]
            known = digest(TAKEN)
            lines = [f"{'0' * 35}:0", f"{known[5:]}:17"] if self.path.endswith(known[:5]) else [f"{'0' * 35}:0"]
            self.send_response(200)
            self.end_headers()
            self.wfile.write("\r\n".join(lines).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_range_service_learns_five_characters(service: Any, settings):
    settings.BREACHED_PASSWORDS_RANGE_URL = f"http://127.0.0.1:{service.server_port}/range/"
    assert (is_refused(TAKEN), is_refused("nobody has this one yet")) == (True, False)
    assert service.asked[0] == f"/range/{digest(TAKEN)[:5]}"


def test_nobody_waits_for_a_service_that_is_away(service: Any, settings):
    settings.BREACHED_PASSWORDS_RANGE_URL = "http://127.0.0.1:9/range"
    assert not is_refused(TAKEN)


@pytest.mark.parametrize("content", [None, b""])
def test_a_list_that_cannot_be_read_refuses_nothing(tmp_path, settings, content):
    path = tmp_path / "taken.txt"
    if content is not None:
        path.write_bytes(content)
    settings.BREACHED_PASSWORDS_FILE = str(path)
    assert not is_refused(TAKEN)


def test_nothing_is_asked_by_default(service: Any):
    assert (is_refused(TAKEN), service.asked) == (False, [])
