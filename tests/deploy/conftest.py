"""The product as it is deployed: serving processes without DEBUG, behind nginx as shipped."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest

from conferences.simulator.delivery.keys import SigningKey
from conferences.telnyx.events import Event, encode
from tests.support.ports import free_port
from tests.support.programs import open_to_others
from tests.support.serving import serve, wait_for
from tests.support.shipped_nginx import HOST, Site, nginx

ROOT = Path(__file__).parents[2]
KEY = SigningKey.generate()
NOBODY = "http://127.0.0.1:9/v2"  # a provider that is not there


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files, collected as for production."""
    place = tmp_path_factory.mktemp("static")
    environment = os.environ | {"STATIC_ROOT": str(place), "DJANGO_SETTINGS_MODULE": "dashboard.settings", "DEBUG": "0"}
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    subprocess.run(collect, check=True, env=environment, cwd=ROOT)
    open_to_others(place)
    return place


@pytest.fixture
def start(static_root: Path) -> Iterator[Callable[[int, str], subprocess.Popen[bytes]]]:
    """Start a serving process at a port, for pages of that origin."""
    with ExitStack() as stack:

        def begin(port: int, origin: str) -> subprocess.Popen[bytes]:
            production = {
                "DEBUG": "0",
                "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
                "ORIGINS": origin,
                "STATIC_ROOT": str(static_root),
            }
            server = serve(port, KEY.public_key, NOBODY, **production, RUN_BACKGROUND="0")
            stack.callback(lambda: (server.kill(), server.wait()))
            return server

        yield begin


@pytest.fixture
def open_site(
    transactional_db: None, static_root: Path, start: object, tmp_path: Path
) -> Iterator[Callable[..., Site]]:
    """Start a server and nginx before it, which may be told other values."""
    with ExitStack() as stack:

        def begin(**values: str) -> Site:
            port = free_port()
            site = stack.enter_context(nginx(tmp_path, [port], EARSHOT_STATIC=str(static_root), **values))
            wait_for(port, start(port, site.origin))
            return site

        yield begin


def signed(event: Event) -> tuple[bytes, dict[str, str]]:
    """The body and the headers with which the provider would send this."""
    body = encode(event)
    return body, KEY.headers(body, int(time.time())) | {"content-type": "application/json"}


def padded(event: Event, size: int) -> tuple[bytes, dict[str, str]]:
    """The same, with a body of that many bytes."""
    told = orjson.loads(encode(event))
    told["data"]["payload"]["filling"] = "x" * size
    body = orjson.dumps(told)[:size]
    return body, KEY.headers(body, int(time.time())) | {"content-type": "application/json"}
