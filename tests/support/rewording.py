"""Sentences in other letters: places in braces and behind a percent sign stay. See other_words."""

from __future__ import annotations

import ast
import codecs
import re
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any, Final

# Two words of letters; no regular expression, no markup, no SQL and nothing of Django's settings.
_SENTENCE: Final = re.compile(r"[A-Za-z’'…]+[,:;]? [A-Za-z’']+")
_NO_SENTENCE: Final = re.compile(r"[\\\[\]<>|^$=]|^(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|DROP|ALTER|LOCK)\b")
_PLACES: Final = re.compile(r"(\{[^}]*\}|%\([^)]*\)[a-z]|%[a-z.\d])")
_OURS: Final = ("conferences.", "dashboard.")
_SQL: Final = "conferences.audit.proof.triggers"  # in pieces of which hardly one begins like SQL
_NOT: Final = ("conferences.migrations", "conferences.simulator", "dashboard.settings", _SQL)


def is_sentence(text: str) -> bool:
    return bool(_SENTENCE.search(text)) and not _NO_SENTENCE.search(text)


def reworded(text: str) -> str:
    """Return a sentence in other letters."""
    parts = _PLACES.split(text)
    return "".join(part if _PLACES.fullmatch(part) else codecs.encode(part, "rot13") for part in parts)


class _Rewriter(ast.NodeTransformer):
    def __init__(self) -> None:
        self.count = 0

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, str) and is_sentence(node.value):
            self.count += 1
            return ast.copy_location(ast.Constant(reworded(node.value)), node)
        return node


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        """Compile anew: what is cached has the usual words."""
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        return compile(ast.fix_missing_locations(_Rewriter().visit(tree)), path, "exec")


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_OURS) or fullname.startswith(_NOT):
            return None
        spec: Any = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


def install() -> None:
    """Have every module of the product that is imported from now on speak in other letters."""
    sys.meta_path.insert(0, _Finder())
