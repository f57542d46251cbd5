"""Redis that stops, forgets, stalls or is full, and no Redis at all: nudges are lost, and nothing else is."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from redis import Redis

from tests.scaled import redis as redis_server
from tests.support.installation import Installation, Page, differences, installed, is_whole, legs_shown, live_legs
from tests.support.ports import free_port
from tests.support.serving import serve, wait_for
from tests.support.story import ANA, LUIS

RIGHT_WITHIN = 10.0


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """Of this test alone, so that harm may be done to it."""
    with redis_server(tmp_path) as url, Redis.from_url(url) as client:
        yield client


@pytest.fixture
def installation(transactional_db: None, marta: User, redis: Redis) -> Iterator[Installation]:
    port = redis.connection_pool.connection_kwargs["port"]
    with installed(marta, REDIS_URL=f"redis://127.0.0.1:{port}/0") as one:
        yield one


def is_right(page: Page, installation: Installation, seconds: float = RIGHT_WITHIN) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page.listen(0.2)
        if legs_shown(page.rows) == live_legs(installation) and is_whole(installation):
            return True
    return False


def each_was_acknowledged_at_once(installation: Installation) -> bool:
    tries = [[one.status for one in delivery.attempts] for delivery in installation.simulator.deliverer.deliveries]
    return all(statuses == [200] for statuses in tries)


def forget(redis: Redis) -> None:
    redis.flushall()


def stall(redis: Redis) -> None:
    redis.client_pause(6_000)


def fill(redis: Redis) -> None:
    redis.config_set("maxmemory", 1)  # nothing more can be written
    redis.config_set("maxmemory-policy", "noeviction")


def freeze(redis: Redis) -> None:
    """As if its machine were: it neither answers nor is gone."""
    subprocess.run(["kill", "-STOP", str(redis.info("server")["process_id"])], check=True)


def thaw(process: int) -> None:
    subprocess.run(["kill", "-CONT", str(process)], check=True)


@pytest.mark.parametrize("harm", [forget, stall, fill])
def test_webhooks_and_pages_are_right_all_the_same(installation: Installation, redis: Redis, harm: Callable[..., None]):
    installation.start()
    page = installation.page()
    installation.simulator.conference_with([ANA])
    assert is_right(page, installation)
    harm(redis)
    installation.simulator.conference_with([LUIS])
    assert is_right(page, installation)
    assert each_was_acknowledged_at_once(installation)
    assert differences() == []
    page.close()


def test_a_frozen_redis_keeps_nobody_waiting(installation: Installation, redis: Redis):
    installation.start()
    page = installation.page()
    assert is_right(page, installation)
    process = redis.info("server")["process_id"]
    freeze(redis)
    try:
        installation.simulator.conference_with([ANA])
        assert is_right(page, installation)
        assert each_was_acknowledged_at_once(installation)
    finally:
        thaw(process)
    page.close()


def test_redis_may_stop_and_start_again(transactional_db, marta: User, tmp_path: Path):
    places = [tmp_path / name for name in ("one", "two")]
    for one in places:
        one.mkdir()
    port = free_port()
    with installed(marta, REDIS_URL=f"redis://127.0.0.1:{port}/0") as installation:
        page = installation.page()
        with redis_server(places[0], port):
            installation.start()
            assert is_right(page, installation)
        installation.simulator.conference_with([ANA])
        assert is_right(page, installation)
        with redis_server(places[1], port):
            installation.simulator.conference_with([LUIS])
            assert is_right(page, installation)
        assert each_was_acknowledged_at_once(installation)
        page.close()


def test_two_servers_without_redis_are_right(transactional_db, marta: User):
    """Nobody nudges the other: it looks by itself."""
    with installed(marta, REDIS_URL="") as installation:
        installation.start()
        port = free_port()
        other = serve(port, installation.simulator.public_key, installation.base_url, REDIS_URL="")
        try:
            wait_for(port, other)
            pages = [installation.page(), installation.page(port)]
            installation.simulator.conference_with([ANA])
            assert all(is_right(page, installation, 5.0) for page in pages)
            for page in pages:
                page.close()
        finally:
            other.kill()
            other.wait()
