"""Which version of the program this process runs: told to pages, so that one made by another says so."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PARTS: Final = ("conferences", "dashboard", "templates", "static", "requirements")


def version_of(root: Path) -> str:
    """Return a few letters that are others as soon as a file of the program, a template or a static file is."""
    found = hashlib.sha256()
    files = (one for part in PARTS for one in (root / part).rglob("*") if one.is_file() and one.suffix != ".pyc")
    for path in sorted(files):
        found.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return found.hexdigest()[:10]


# Read as the process starts: the files may be exchanged beneath it later, and it goes on as what it was.
VERSION: Final = version_of(ROOT)
