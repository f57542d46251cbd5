"""A process that was killed holds nothing; one that lives, or might, holds what it has."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from conferences.liveness.processes import is_gone, me


def test_this_process_is_not_gone():
    assert not is_gone(me())


def test_a_process_that_ended_is_gone():
    name = subprocess.run(
        [sys.executable, "-c", "from conferences.liveness.processes import me; print(me())"],
        capture_output=True,
        check=True,
    )
    assert is_gone(name.stdout.decode().strip())


def test_a_later_process_of_the_same_number_is_another():
    host, pid, _ = me().rsplit(" ", 2)
    assert (pid, is_gone(f"{host} {pid} 1")) == (str(os.getpid()), True)


@pytest.mark.parametrize("name", ["", "x", "another-host 1 1", "a b", "a b c d"])
def test_of_others_nobody_can_tell(name):
    assert not is_gone(name)
