"""The simulate command: what it prints, and that it ends when told to."""

import signal
import subprocess
import sys

import httpx
import pytest

from conferences.simulator.delivery.keys import SigningKey


@pytest.fixture
def running():
    """Start the command on a port of the system's choosing; it is ended whatever happens."""
    processes = []

    def start(*arguments):
        line = [
            sys.executable,
            "manage.py",
            "simulate",
            "--port",
            "0",
            "--webhook-url",
            "http://127.0.0.1:9/",
            *arguments,
        ]
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def printed(process):
    lines = {}
    for line in process.stdout:
        name, _, value = line.strip().partition("=")
        lines[name] = value
        if name.startswith("Webhooks go to"):
            return lines
    raise AssertionError(process.stderr.read())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_serves_its_story_until_told_to_stop(running, number):
    key = SigningKey.generate()
    process = running("--scenario", "single-call", "--key-seed", key.seed, "--api-key", "KEY_TEST")
    told = printed(process)
    answer = httpx.get(
        f"{told['TELNYX_BASE_URL']}/conferences", headers={"Authorization": "Bearer KEY_TEST"}, trust_env=False
    )
    process.send_signal(number)
    assert (answer.status_code, told["TELNYX_PUBLIC_KEY"]) == (200, key.public_key)
    assert (process.wait(timeout=20), process.stdout.read()) == (0, "Stopped.\n")


def test_command_that_cannot_make_its_key_says_so(running):
    process = running("--key-seed", "short")
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert output == ""
    assert "The simulator cannot start" in errors
