"""The version that pages and sockets tell: another one for other code, templates or static files, else the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.version import VERSION, version_of
from tests.support.story import browser


def program(root: Path, **changes: str) -> Path:
    files = {"dashboard/asgi.py": "code", "templates/base.html": "page", "static/live.js": "script"} | changes
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_the_same_files_elsewhere_are_the_same_version(tmp_path: Path):
    assert version_of(program(tmp_path / "one")) == version_of(program(tmp_path / "two"))


def test_what_python_compiles_makes_no_other_version(tmp_path: Path):
    before = version_of(program(tmp_path))
    (tmp_path / "dashboard" / "asgi.pyc").write_bytes(b"compiled")
    assert version_of(tmp_path) == before


@pytest.mark.parametrize("name", ["dashboard/asgi.py", "templates/base.html", "static/live.js", "static/new.js"])
def test_another_file_makes_another_version(tmp_path: Path, name: str):
    assert version_of(program(tmp_path / "old")) != version_of(program(tmp_path / "new", **{name: "other"}))


def test_a_page_and_its_feed_tell_the_version(marta):
    page, feed = browser(marta).get("/"), browser(marta).get("/feed/?since=0")
    assert f'data-version="{VERSION}"' in page.content.decode()
    assert feed.json()["version"] == VERSION
