"""The documents tell the truth: each setting, command, target and package is listed, and what they name is there."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path
from typing import Any

import pytest

from tests.support.story import Story

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SETTINGS = [
    name
    for place in ("dashboard/settings.py", "dashboard/login/settings.py", "dashboard/retention.py")
    for name in re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / place).read_text())
]
COMMANDS = sorted(one.stem for one in (ROOT / "conferences").rglob("management/commands/[a-z]*.py"))
PACKAGES = sorted(
    place.parent
    for app in ("conferences", "dashboard")
    for place in (ROOT / app).rglob("__init__.py")
    if place.parent.name not in ("migrations", "management")
)
MODULES = sorted(
    path
    for app in ("conferences", "dashboard")
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts
)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
EXAMPLE = (ROOT / ".env.example").read_text()
PAGES_CITED = tuple(
    re.findall(r"^\| ([^|]+) \| (?:<https://|a setting)", (ROOT / "docs" / "provider.md").read_text(), re.MULTILINE)
)
WALKS = (ROOT / "docs" / "architecture.md").read_text()
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
TARGETS = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)


NO_VERBS = {
    *(
        "a",
        "an",
        "the",
        "this",
        "that",
        "it",
        "its",
        "our",
        "no",
        "nobody",
        "nothing",
        "every",
        "everybody",
        "all",
        "only",
    ),
    *("what", "when", "where", "whether", "which", "who", "whoever", "whom", "why", "how", "without", "of", "in", "if"),
}


def is_ours_to_word(module: Path) -> bool:
    return module.parts[len(ROOT.parts)] == "conferences" and not {"supervision", "simulator"} & {*module.parts}


def public_docstrings(module: Path) -> list[str]:
    """The docstrings of a module's public functions and methods; properties are things, and named so."""
    tree = ast.parse(module.read_text())
    holders = [one for one in ast.walk(tree) if isinstance(one, ast.Module | ast.ClassDef)]
    functions = [one for holder in holders for one in holder.body if isinstance(one, ast.FunctionDef)]
    public = [one for one in functions if not one.name.startswith("_")]
    plain = [one for one in public if not any("property" in ast.unparse(each) for each in one.decorator_list)]
    return [said for one in plain if (said := ast.get_docstring(one))]


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_in_the_readme(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    assert f"`{name}" in README


@pytest.mark.parametrize("package", PACKAGES, ids=lambda place: str(place.relative_to(ROOT)))
def test_readme_has_every_package_in_its_docstrings_words(package: Path):
    said = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    assert f"| `{package.relative_to(ROOT)}/` | {said.splitlines()[0]} |" in README


@pytest.mark.parametrize("package", PACKAGES, ids=lambda place: str(place.relative_to(ROOT)))
def test_no_package_has_more_than_twelve_siblings(package: Path):
    modules = [one for one in package.glob("*.py") if one.name != "__init__.py"]
    packages = [one for one in package.iterdir() if (one / "__init__.py").exists()]
    siblings = modules if package.parent == ROOT else [*modules, *packages]
    assert len(siblings) <= 12


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_has_more_than_250_lines(module: Path):
    assert len(module.read_text().splitlines()) <= 250


@pytest.mark.parametrize("app", ["conferences", "dashboard"])
def test_half_of_all_functions_are_under_ten_lines(app: str):
    ours = (ast.parse(module.read_text()) for module in MODULES if app in module.relative_to(ROOT).parts[:1])
    functions = (one for tree in ours for one in ast.walk(tree) if isinstance(one, FUNCTIONS))
    lengths = [(one.end_lineno or one.lineno) - one.lineno + 1 for one in functions]
    assert len(lengths) > 500
    assert statistics.median(lengths) < 10


@pytest.mark.parametrize("way", ["Out, with the module", "Back, from the answer"])
def test_a_join_names_each_module_once_each_way(way: str):
    table = WALKS.split(way)[1].split("\n\n")[1]
    named = re.findall(r"`([^` ]+\.py)`", table)
    assert len(named) > 10
    assert [one for one in named if named.count(one) > 1] == []


def test_example_environment_has_exactly_the_settings():
    named = re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE)
    assert sorted(named) == sorted(SETTINGS)


def test_example_environment_explains_every_setting():
    blocks = [one.splitlines() for one in EXAMPLE.split("\n\n") if re.search(r"^#?[A-Z_]+=", one, re.MULTILINE)]
    unsaid = [lines for lines in blocks if len(lines) < 2 or not re.match(r"# \w.*\.$", lines[-2])]
    assert unsaid == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_exists(document: Path):
    named = set(
        re.findall(r"`((?:conferences|dashboard|deploy|docs|tests|templates|static)/[^` *<…]*)`", document.read_text())
    )
    assert [path for path in sorted(named) if not (ROOT / path.partition("::")[0]).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document: Path):
    links = re.findall(r"\]\(([^)#]+)", document.read_text())
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one.name != "README.md"], ids=lambda path: path.name)
def test_every_document_is_found_from_the_readme(document: Path):
    assert f"({document.relative_to(ROOT)})" in README


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_cited_telnyx_page_is_listed_with_its_address(module: Path):
    text = re.sub(r"\s+(?:# )?", " ", module.read_text())
    cited = re.findall(r"(?:Telnyx docs|\(Telnyx): ([^)]{0,60})", text)
    assert [one for one in cited if not one.startswith(PAGES_CITED)] == []


@pytest.mark.parametrize("module", [one for one in MODULES if is_ours_to_word(one)], ids=lambda path: path.stem)
def test_docstrings_of_public_functions_begin_with_a_verb(module: Path):
    assert [said for said in public_docstrings(module) if said.split()[0].lower() in NO_VERBS] == []


def test_the_example_of_a_test_passes(story: Story, marta: Any):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own page
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    test(story, marta)


def test_every_make_target_for_people_is_in_the_readme():
    assert TARGETS is not None
    called = [name for name in TARGETS[1].split() if name not in ("install-dev", "lock")]
    assert [name for name in called if f"make {name}" not in README] == []


def test_the_picture_is_there():
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert [one for one in pictures if not (ROOT / one).exists()] == []


LONGEST_TEST_NAME = 9  # words after "test_"


@pytest.mark.parametrize("module", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda one: one.stem)
def test_test_names_are_short(module: Path):
    names = [one.name for one in ast.walk(ast.parse(module.read_text())) if isinstance(one, FUNCTIONS)]
    assert [name for name in names if name.startswith("test_") and name.count("_") > LONGEST_TEST_NAME] == []
