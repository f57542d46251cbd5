"""One user's or stranger's unruliness against a server, in a process of its own until it is done or killed.

python -m tests.bench.disturb messages PORT SESSION
"""

from __future__ import annotations

import socket
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

MESSAGES = 100_000
SOCKETS = 200
LOGINS = 60
BODIES = 500
BEGUN = b"POST /webhooks/telnyx/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200000\r\n\r\n{"


def messages(port: int, session: str) -> None:
    """A hundred thousand messages as fast as they are taken; where a socket is closed, by the next."""
    left = MESSAGES
    while left:
        with suppress(ConnectionClosed, InvalidHandshake, OSError), _socket(port, session) as one:
            while left:
                left -= 1
                one.send('{"shown": 1}')
        time.sleep(0.05)


def sockets(port: int, session: str) -> None:
    """Two hundred sockets of one user at once, held for as long as they are let be."""
    _all(SOCKETS, lambda: _hold(port, session))


def sockets_again(port: int, session: str) -> None:
    """Two hundred sockets of one user, each opened again a second after it is closed."""
    _all(SOCKETS, lambda: _forever(lambda: _hold(port, session)))


def logins(port: int, _session: str) -> None:
    """Sixty guesses of passwords at once."""
    _all(LOGINS, _guesser(port))


def logins_again(port: int, _session: str) -> None:
    """Sixty who guess passwords, each again a second after its answer."""
    guess = _guesser(port)
    _all(LOGINS, lambda: _forever(guess))


def _hold(port: int, session: str) -> None:
    with suppress(ConnectionClosed, InvalidHandshake, OSError), _socket(port, session) as one:
        while True:
            one.recv()


def _guesser(port: int) -> Callable[[], None]:
    address = f"http://127.0.0.1:{port}/accounts/login/"
    page = urllib.request.urlopen(address, timeout=30)
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    token = page.read().decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    fields = {"csrfmiddlewaretoken": token, "username": "somebody", "password": "wrong"}
    told = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{port}"}

    def guess() -> None:
        with suppress(OSError, urllib.error.URLError):
            data = urllib.parse.urlencode(fields).encode()
            urllib.request.urlopen(urllib.request.Request(address, data, told), timeout=30).read()

    return guess


def _forever(work: Callable[[], None]) -> None:
    while True:
        work()
        time.sleep(1)


def bodies(port: int, _session: str) -> None:
    """Five hundred requests whose bodies never end, begun again whenever they are aborted."""

    def begin() -> None:
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=60) as one:
                one.sendall(BEGUN)
                while one.recv(1):
                    pass
            time.sleep(0.5)

    _all(BODIES, begin)


def _socket(port: int, session: str) -> ClientConnection:
    return connect(
        f"ws://127.0.0.1:{port}/ws/board/?since=0",
        additional_headers={"Cookie": f"sessionid={session}"},
        origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
        compression=None,
        open_timeout=30,
        proxy=None,
    )


def _all(count: int, work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


KINDS = {one.__name__: one for one in (messages, bodies, sockets, logins, sockets_again, logins_again)}

if __name__ == "__main__":
    KINDS[sys.argv[1]](int(sys.argv[2]), sys.argv[3])
