"""Programs that a test needs and a developer's machine may lack: then it is skipped, and in CI it fails."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def needed(program: str, package: str) -> str:
    """Return where the program is. Without it the test is skipped; with REQUIRE_PROGRAMS=1 it fails."""
    found = shutil.which(program, path=PLACES)
    if found is None:
        missing = f"NO {program.upper()} FOUND: this was not tried. Install Debian's {package}."
        if os.environ.get("REQUIRE_PROGRAMS") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def open_to_others(place: Path) -> None:
    """Let another user into a folder of pytest's: PostgreSQL and nginx's workers are one, where root runs the tests."""
    for one in (place, *place.parents):
        if "pytest-of-" in str(one):
            one.chmod(0o755)
