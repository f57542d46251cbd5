"""nginx as deploy/ ships it, rendered by the script that operators use, with ports and folders of a test."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.ports import free_port
from tests.support.programs import needed

DEPLOY = Path(__file__).parents[2] / "deploy"
HOST = "localhost"
# The shipped nginx.conf with its places in a test's own folder, and folders for what nginx puts aside.
PLACES = {
    "/run/nginx.pid": "{home}/nginx.pid",
    "/var/log/nginx/error.log": "{home}/main.log",
    "/etc/nginx/conf.d/": "{home}/",
    "sendfile on;": " ".join(
        f"{what}_temp_path {{home}}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ),
}


@dataclass(frozen=True)
class Site:
    """Where nginx listens and what it wrote."""

    home: Path
    port: int

    @property
    def origin(self) -> str:
        return f"https://{HOST}:{self.port}"

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.home / "certificate.pem"))

    @property
    def logged(self) -> str:
        """Everything in the logs. nginx writes a request's line after the answer."""
        time.sleep(0.2)
        return "".join((self.home / name).read_text() for name in ("access.log", "error.log"))

    def client(self, address: str = "127.0.0.1", session: str = "") -> httpx.Client:
        """A browser at that address of this machine."""
        cookies = {"__Host-sessionid": session} if session else {}
        transport = httpx.HTTPTransport(verify=self.tls, local_address=address)
        return httpx.Client(base_url=self.origin, transport=transport, cookies=cookies, timeout=30)


def make_certificate(home: Path) -> None:
    """Write a certificate for HOST that signs itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (home / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (home / "key.pem").write_bytes(key.private_bytes(*plain))


def write_configuration(home: Path, values: Mapping[str, str]) -> Path:
    """Render the shipped template and put around it what Debian has there; return the file to start with."""
    make_certificate(home)
    places = {
        "EARSHOT_HOST": HOST,
        "EARSHOT_CERTIFICATE": str(home / "certificate.pem"),
        "EARSHOT_CERTIFICATE_KEY": str(home / "key.pem"),
        "EARSHOT_LOGS": str(home),
    }
    environment = os.environ | places | values
    made = subprocess.run([DEPLOY / "nginx" / "render"], env=environment, check=True, capture_output=True, text=True)
    (home / "earshot.conf").write_text(made.stdout)
    around = (DEPLOY / "nginx" / "nginx.conf").read_text()
    for shipped, place in PLACES.items():
        assert shipped in around
        around = around.replace(shipped, place.format(home=home))
    (home / "nginx.conf").write_text(around)
    return home / "nginx.conf"


def check_configuration(configuration: Path) -> subprocess.CompletedProcess[str]:
    """Return what nginx says of it."""
    command = [needed("nginx", "nginx"), "-t", "-c", str(configuration)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@contextmanager
def nginx(home: Path, ports: list[int], **values: str) -> Iterator[Site]:
    """Run nginx in front of serving processes at these ports."""
    program, site = needed("nginx", "nginx"), Site(home, free_port())
    servers = " ".join(f"server 127.0.0.1:{one} fail_timeout=2s;" for one in ports)
    values = {"EARSHOT_SERVERS": servers, "EARSHOT_HTTPS_PORT": str(site.port)} | values
    configuration = write_configuration(home, {"EARSHOT_HTTP_PORT": str(free_port())} | values)
    process = subprocess.Popen([program, "-c", str(configuration), "-g", "daemon off;"], stderr=subprocess.DEVNULL)
    try:
        _wait_for(site.port, process)
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert process.poll() is None, "nginx stopped by itself"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not listen")
