"""What the demo and its directory refuse, and in which words."""

from __future__ import annotations

import socket

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from conferences.simulator.people.scenarios import SCENARIOS
from tests.support.ports import free_port


@pytest.mark.parametrize(("argument", "name"), [("port", "PORT"), ("provider_port", "PROVIDER_PORT")])
def test_port_in_use_is_named_before_anything_starts(argument, name, tmp_path, settings):
    settings.BASE_DIR = tmp_path
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = {"port": free_port(), "provider_port": free_port(), argument: port}
        with pytest.raises(CommandError) as refused:
            call_command("demo", **ports)
    said = str(refused.value)
    assert said.startswith(f"Port {port} is in use on this machine.")
    assert said.endswith(f"make demo {name}={port + 10}")
    assert not (tmp_path / "var").exists()


STAND_INS = ["http://127.0.0.1:8001/v2", "http://localhost:8001/v2", "http://[::1]:8001/v2", "http://127.9.9.9/v2"]
OTHERS = [
    "https://api.telnyx.com/v2", "https://api.telnyx.eu/v2", "http://10.0.0.1/v2", "https://telnyx.internal/v2",
    "http://127.0.0.1.example/v2", "https://localhost.example/v2", "", "telnyx",
]  # fmt: skip


@pytest.mark.parametrize("url", OTHERS)
def test_no_sample_logins_are_made_beside_a_real_provider(db, settings, url):
    settings.TELNYX_BASE_URL = url
    with pytest.raises(CommandError, match="password everybody can read"):
        call_command("sample_directory")
    assert not User.objects.exists()


@pytest.mark.parametrize("url", STAND_INS)
def test_beside_a_stand_in_provider_they_are(db, settings, url):
    settings.TELNYX_BASE_URL = url
    call_command("sample_directory")
    assert User.objects.filter(is_superuser=True).count() == 1


def test_scenarios_are_listed_and_an_unknown_one_told(capsys):
    call_command("demo", scenario="list")
    listed = capsys.readouterr().out
    with pytest.raises(CommandError) as refused:
        call_command("demo", scenario="nothing-of-the-kind")
    assert [one for one in SCENARIOS if one not in listed or one not in str(refused.value)] == []
