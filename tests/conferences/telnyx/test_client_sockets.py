"""What goes wrong below HTTP: resets, silence, drips and connections that were kept too long."""

import socket
import struct
import threading
import time
from contextlib import suppress

import pytest

from conferences.telnyx.client import TelnyxClient
from conferences.telnyx.commands import Hangup, Join
from conferences.telnyx.errors import Unavailable

JOIN = Join("v3:own", "c1", "monitor")
BODY = b'{"data":{"result":"ok"}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)


class Server:
    """Performs one act per request on real sockets; each act gets the connection and says whether to keep it.

    Its clock moves by a second with each byte that drips, until just after the client's deadline for one send.
    """

    def __init__(self, acts):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v2"
        self.acts, self.requests, self.connections, self.now = list(acts), [], 0, 0.0
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.acts:
            connection, _ = self.listener.accept()
            self.connections += 1
            with connection, suppress(OSError):
                while self.acts and self.hear(connection):
                    if not self.acts.pop(0)(self, connection):
                        break
        self.listener.close()

    def hear(self, connection):
        heard = b""
        while not heard.endswith(b"}"):
            received = connection.recv(65536)
            if not received:
                return False
            heard += received
        self.requests.append(heard)
        return True


def answer(_, connection):
    connection.sendall(HEAD + BODY)
    return True


def answer_and_close(_, connection):
    connection.sendall(HEAD + BODY)
    return False


def close(*_):
    return False


def reset(_, connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def reset_in_the_body(_, connection):
    connection.sendall(HEAD + BODY[:9])
    return reset(_, connection)


def stop_in_the_body(_, connection):
    connection.sendall(HEAD + BODY[:9])
    return False


def nonsense(_, connection):
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    return False


def silence(_, connection):
    connection.recv(1)
    return False


def drip(server, connection):
    deadline = server.now + 7
    for byte in HEAD + BODY:
        server.now = min(server.now + 1, deadline)
        connection.sendall(bytes([byte]))
        time.sleep(0.01)
    return False


def drip_the_body(server, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    return drip(server, connection)


def client_of(server, read_seconds=5.0):
    client = TelnyxClient("KEY_TEST", server.url, clock=lambda: server.now, sleep=lambda _: None)
    client._http.timeout = read_seconds
    return client


FAULTS = {
    "close": (close, "connection lost"),
    "reset": (reset, "connection lost"),
    "reset in the body": (reset_in_the_body, "connection lost"),
    "stop in the body": (stop_in_the_body, "connection lost"),
    "nonsense": (nonsense, "connection lost"),
    "drip": (drip, "timeout"),
    "drip in the body": (drip_the_body, "timeout"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_connection_fault_is_followed_by_the_same_request(fault):
    server = Server([FAULTS[fault][0], answer])
    with client_of(server) as client:
        assert client.join("conf", JOIN).sends == 2
    first, second = server.requests
    assert first == second


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_lasts_leaves_the_outcome_unknown(fault):
    act, reason = FAULTS[fault]
    with client_of(Server([act] * 3)) as client, pytest.raises(Unavailable) as caught:
        client.join("conf", JOIN)
    assert (caught.value.reason, caught.value.reached) == (reason, True)


def test_silence_is_a_timeout():
    with client_of(Server([silence] * 3), read_seconds=0.05) as client, pytest.raises(Unavailable) as caught:
        client.join("conf", JOIN)
    assert caught.value.reason == "timeout"
    assert caught.value.sends == 3
    assert caught.value.reached is True


def test_a_closed_port_was_never_reached():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v2"
    with TelnyxClient("KEY_TEST", url, sleep=lambda _: None) as client, pytest.raises(Unavailable) as caught:
        client.join("conf", JOIN)
    assert (caught.value.reason, caught.value.reached) == ("connection refused", False)


def test_a_host_without_an_address_was_never_reached(monkeypatch):
    def fail(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with (
        TelnyxClient("KEY_TEST", "https://provider.invalid/v2", sleep=lambda _: None) as client,
        pytest.raises(Unavailable) as caught,
    ):
        client.join("conf", JOIN)
    assert caught.value.reason == "host not found"
    assert caught.value.sends == 3
    assert caught.value.reached is False


def test_deadline_passed_before_connecting_means_nothing_was_sent():
    server = Server([])  # refuses connections, were one tried
    times = iter([0.0, 0.0, 0.0, 30.0])
    with (
        TelnyxClient("KEY_TEST", server.url, clock=lambda: next(times, 30.0)) as client,
        pytest.raises(Unavailable) as caught,
    ):
        client.join("conf", JOIN)
    assert (caught.value.reason, caught.value.reached) == ("timeout", False)


def test_a_server_without_tls_was_never_reached():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/v2"
        threading.Thread(target=_greet, args=(listener, 3), daemon=True).start()
        with TelnyxClient("KEY_TEST", url, sleep=lambda _: None) as client, pytest.raises(Unavailable) as caught:
            client.join("conf", JOIN)
    assert (caught.value.reason, caught.value.reached) == ("no secure connection", False)


def _greet(listener, times):
    for _ in range(times):
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_connections_are_kept_for_the_next_command():
    server = Server([answer, answer, answer])
    with client_of(server) as client:
        for number in range(3):
            client.hangup("v3:own", Hangup(f"c{number}"))
    assert server.connections == 1


def test_kept_connection_closed_meanwhile_is_replaced():
    server = Server([answer_and_close, answer])
    with client_of(server) as client:
        client.hangup("v3:own", Hangup("c1"))
        assert client.hangup("v3:own", Hangup("c2")).status == 200
    assert server.connections == 2


def test_environment_cannot_redirect_a_command_or_change_its_key(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server = Server([answer])
    with client_of(server) as client:
        assert client.hangup("v3:own", Hangup("c1")).sends == 1
    assert b"\r\nAuthorization: Bearer KEY_TEST\r\n" in server.requests[0]
