"""A pool of connections on which every wait ends at the request's deadline."""

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn, cast

import httpcore
import httpx

DEADLINE: Final = "deadline"
URGENT: Final = "urgent"
# Connections at once. Each may hang for as long as a command takes, and one for whom there is none is not heard.
_ORDINARY: Final = 100
_URGENT: Final = 50
_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

_ALIKE: Final = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


class DeadlineTransport(httpx.BaseTransport):
    """Speaks HTTP/1.1 over kept connections, and honours `request.extensions["deadline"]`, a time on `clock`.

    httpx bounds each read but not their sum, so an answer that drips one byte a second would hold a command for
    hours. Here a read, a write or a handshake is never given longer than what is left until the deadline.
    Proxies and .netrc of the environment are not asked: a key goes where it was meant to go.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._waits = _Waits(clock)
        self._context = httpx.create_ssl_context()
        # Apart: what takes somebody out of earshot never waits for a connection on which others' commands hang.
        self._ordinary, self._urgent = self._pool(_ORDINARY), self._pool(_URGENT)

    def _pool(self, connections: int) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._context,
            max_connections=connections,
            max_keepalive_connections=10,
            keepalive_expiry=15,
            network_backend=_Backend(self._waits),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; raises httpx.TransportError like any transport of httpx."""
        self._waits.until = request.extensions.get(DEADLINE, float("inf"))
        pool = self._urgent if request.extensions.get(URGENT) else self._ordinary
        with _raising_as_httpx():
            response = pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=cast("httpx.SyncByteStream", request.stream),
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close every kept connection."""
        self._ordinary.close()
        self._urgent.close()


class _Waits(threading.local):
    """How long the request of this thread may still wait; a request and its answer stay in one thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.until = float("inf")

    def at_most(self, timeout: float | None, otherwise: type[httpcore.TimeoutException]) -> float | None:
        """Return what is left of `timeout`, or raise `otherwise` when the deadline has passed."""
        if self.until == float("inf"):
            return timeout
        left = self.until - self.clock()
        if left <= 0:
            raise otherwise("The deadline has passed.")
        return left if timeout is None else min(timeout, left)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, waits: _Waits) -> None:
        self._waits = waits
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._waits.at_most(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options), self._waits)

    def sleep(self, seconds: float) -> NoReturn:
        raise NotImplementedError("The pool retries nothing, so it never sleeps.")


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, waits: _Waits) -> None:
        self._inner = inner
        self._waits = waits

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._waits.at_most(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._waits.at_most(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._waits.at_most(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._waits)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _raising_as_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


@contextmanager
def _raising_as_httpx() -> Iterator[None]:
    """Both libraries name their exceptions alike."""
    try:
        yield
    except _ALIKE as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error
