"""A process that was killed holds nothing; one that lives, or might, holds what it has."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from conferences.liveness.processes import current_process, has_exited

pytestmark = pytest.mark.scaled


def test_this_process_is_not_gone():
    assert not has_exited(current_process())


def test_a_process_that_ended_is_gone():
    name = subprocess.run(
        [sys.executable, "-c", "from conferences.liveness.processes import current_process; print(current_process())"],
        capture_output=True,
        check=True,
    )
    assert has_exited(name.stdout.decode().strip())


def test_a_later_process_of_the_same_number_is_another():
    host, pid, _ = current_process().rsplit(" ", 2)
    assert (pid, has_exited(f"{host} {pid} 1")) == (str(os.getpid()), True)


@pytest.mark.parametrize("name", ["", "x", "another-host 1 1", "a b", "a b c d"])
def test_of_others_nobody_can_tell(name):
    assert not has_exited(name)
