"""Static files as collected for production: every link and every import leads to a name that tells the content."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
TEMPLATES = Path(__file__).parents[3] / "templates"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def collected(settings, root: Path) -> Path:
    hashed = settings.STORAGES | {"staticfiles": {"BACKEND": "dashboard.server.static_files.HashedFiles"}}
    settings.STATIC_ROOT, settings.STORAGES = root, hashed
    if not (root / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)
        settings.STORAGES = dict(hashed)  # another storage: what collects them knows their names by heart
    return root


def test_every_link_of_a_page_is_hashed(collected: Path):
    page = render_to_string("dashboard/layout/_scripts.html") + render_to_string("dashboard/layout/_styles.html")
    links = re.findall(r'(?:href|src)="/static/([^"]+)"', page)
    assert [one for one in links if not HASHED.search(one) or not (collected / one).exists()] == []


def test_every_import_of_a_module_is_preloaded(collected: Path):
    page = render_to_string("dashboard/layout/_scripts.html")
    (start,) = re.findall(r'/static/(dashboard/js/live\.\w+\.js)"', page)
    imported = re.findall(r'"\./([^"]+)"', (collected / start).read_text())
    assert imported != []
    assert [one for one in imported if f"/static/dashboard/js/{one}" not in page] == []


def test_a_file_that_was_not_collected_keeps_its_name(collected: Path):
    (collected / "staticfiles.json").rename(collected / "away.json")
    try:
        assert "/static/dashboard/js/live.js" in render_to_string("dashboard/layout/_scripts.html")
    finally:
        (collected / "away.json").rename(collected / "staticfiles.json")


def test_every_static_file_that_a_template_names_exists(collected: Path):
    named = {one for page in TEMPLATES.rglob("*.html") for one in re.findall(r"{% static '([^']+)'", page.read_text())}
    assert [one for one in sorted(named) if not (collected / one).exists()] == []
