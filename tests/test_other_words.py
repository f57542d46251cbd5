"""Nothing decides by reading a sentence: with every sentence worded otherwise, all behaves as before."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.rewording import is_sentence, reworded

HERE = Path(__file__).parent
# What is decided on the way of an event in, of a command out, and of what comes of it.
SUITE = [
    *(
        f"conferences/supervision/test_{name}.py"
        for name in (
            "confirmation",
            "errors_in_a_200",
            "lease",
            "supervision",
        )
    ),
    "conferences/liveness/test_workers.py",
]
PLANTED = """
import pytest
from conferences.telnyx.connection import too_early

def by_its_words(error):
    said = str(error)
    return said.startswith("The provider refused: HTTP") and ("90034" in said or "90015" in said)

@pytest.fixture(autouse=True)
def planted(monkeypatch):
    monkeypatch.setattr(too_early, "is_too_early", by_its_words)
"""


def run(*arguments: str, path: Path = HERE.parent) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "not words", "--tb=line", *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(path), str(HERE.parent)])}
    return subprocess.run(command, cwd=HERE.parent, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_all_behaves_the_same_in_other_words():
    done = run("-p", "tests.support.other_words", *(str(HERE / name) for name in SUITE))
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plugins", "code"), [((), 0), (("-p", "tests.support.other_words"), 1)], ids=["usual", "other"]
)
def test_a_decision_by_words_is_found(tmp_path: Path, plugins: tuple[str, ...], code: int):
    (tmp_path / "planted.py").write_text(PLANTED)
    done = run(
        *plugins,
        "-p",
        "planted",
        "-k",
        "refused_as_too_early",
        str(HERE / "conferences/supervision/test_too_early.py"),
        path=tmp_path,
    )
    assert done.returncode == code, done.stdout[-3000:]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Nobody hears you.", "Abobql urnef lbh."),
        ("{} left the call.", "{} yrsg gur pnyy."),
        ("%s was refused: %(why)s", "%s jnf ershfrq: %(why)s"),
    ],
)
def test_a_sentence_keeps_its_places(text: str, other: str):
    assert (is_sentence(text), reworded(text)) == (True, other)


@pytest.mark.parametrize(
    "text", ["joined", "+ 34", "SELECT one FROM two", "<b>so it is</b>", r"\d+ of them", "", "a.b"]
)
def test_what_is_no_sentence_stays(text: str):
    assert not is_sentence(text)


def test_the_product_has_sentences_to_change():
    """The change reaches what people read: most modules that word something have some."""
    words = 0
    for path in [*(HERE.parent / "conferences").rglob("*.py"), *(HERE.parent / "dashboard").rglob("*.py")]:
        tree = ast.parse(path.read_text())
        words += sum(isinstance(one, ast.Constant) and is_sentence(str(one.value)) for one in ast.walk(tree))
    assert words > 500
