"""The stand-in over real HTTP on the loopback, broken connections included."""

from __future__ import annotations

import io
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from conferences.simulator.api import Api, Cut, Late, Request, Response

TICK_SECONDS = 0.05
HOST = "127.0.0.1"


class _Connections(ThreadingHTTPServer):
    """Knows its open connections, so that stopping need not wait for anybody's keep-alive."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, port: int, api: Api) -> None:
        self.api = api
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((HOST, port), _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection, known while it lasts."""
        with self._lock:
            self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)

    def hang_up_all(self) -> None:
        """Wake every thread that waits on its connection or holds an answer back."""
        self.stopping.set()
        with self._lock:
            for connection in self._open:
                _shut(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show no error for a client that went away, and anything else."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Connections

    def _answer(self) -> None:
        try:
            self._send(self._response())
        except Late as late:
            if self.server.stopping.wait(late.seconds):
                self.close_connection = True
            else:
                self._send(late.response)
        except Cut as cut:
            self._cut(cut)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the names http.server looks for

    def _response(self) -> Response:
        path, _, query = self.path.partition("?")
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(int(length)) if length.isdigit() else b""
        environ = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": self.headers.get("Authorization", ""),
            "wsgi.input": io.BytesIO(body),
        }
        return self.server.api.respond(Request.of(environ))

    def _send(self, response: Response) -> None:
        self.wfile.write(self._head(response) + response.body)

    def _head(self, response: Response) -> bytes:
        self.send_response_only(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers:
            self.send_header(name, value)
        head = b"".join([*self._headers_buffer, b"\r\n"])
        self._headers_buffer: list[bytes] = []
        return head

    def _cut(self, cut: Cut) -> None:
        self.close_connection = True
        if cut.mid_body:
            self.wfile.write(self._head(cut.response) + cut.response.body[: len(cut.response.body) // 2])
            # Lingering for no time makes close() send a reset instead of an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by http.server
        """Say nothing."""


class Server:
    """A provider at work: API on `base_url`, webhooks delivered concurrently, agenda kept. A context manager.

    With `delivers` false, webhooks wait for the deliverer's pump().
    """

    def __init__(self, api: Api, port: int = 0, *, delivers: bool = True) -> None:
        self.desk = api.desk
        self._delivers = delivers
        self._http = _Connections(port, api)
        self._threads = [
            threading.Thread(target=self._http.serve_forever, args=(TICK_SECONDS,), name="simulator-http", daemon=True),
            threading.Thread(target=self._tick, name="simulator-agenda", daemon=True),
        ]

    @property
    def port(self) -> int:
        """The port it listens on, chosen by the system when 0 was asked for."""
        return int(self._http.server_address[1])

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        """What to set TELNYX_BASE_URL to."""
        return f"{self.origin}/v2"

    @property
    def public_key(self) -> str:
        """What to set TELNYX_PUBLIC_KEY to."""
        return self.desk.deliverer.key.public_key

    def start(self) -> None:
        """Serve in the background."""
        if self._delivers:
            self.desk.deliverer.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop serving, hang up on everybody and wait for the threads."""
        if self._threads[0].is_alive():  # shutdown() would wait for ever for a loop that never ran
            self._http.shutdown()
        self._http.hang_up_all()
        self._http.server_close()
        self.desk.deliverer.stop()
        for thread in filter(threading.Thread.is_alive, self._threads):
            thread.join(timeout=2)

    def _tick(self) -> None:
        while not self._http.stopping.wait(TICK_SECONDS):
            self.desk.state.run_due()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
