"""A whole contact center on this machine: sample directory, stand-in provider, reconciler and server, until Ctrl-C."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from conferences.management.commands.sample_directory import ADMINISTRATOR, PASSWORD
from conferences.simulator.delivery.keys import SigningKey
from conferences.simulator.facade import CALLER_ID, CONNECTION_ID
from conferences.simulator.people.scenarios import SCENARIOS

START_WITHIN = 30.0  # seconds
LIST = "list"


class Command(BaseCommand):
    help = "Run Earshot against a stand-in Telnyx with moving calls, until Ctrl-C. Needs no account and no settings."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--provider-port", type=int, default=8001)
        parser.add_argument("--scenario", default="calm-morning", help="`list` tells which there are")
        parser.add_argument("--rate", type=float, help="calls per minute (default: as the scenario has it)")
        parser.add_argument("--agents", type=int, default=60, help="how many agents the center has")
        parser.add_argument("--seed", type=int, help="the same seed tells the same story (with --reset)")
        parser.add_argument("--reset", action="store_true", help="forget what earlier runs of the demo left")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["scenario"] == LIST:
            self.stdout.write(_scenarios())
            return
        if options["scenario"] not in SCENARIOS:
            raise CommandError(f"There is no scenario {options['scenario']}. There are:\n{_scenarios()}")
        _refuse_taken_ports(options)
        home = Path(settings.BASE_DIR) / "var" / "demo"
        if options["reset"]:
            shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True, exist_ok=True)
        environment = os.environ | _environment(home, _keys(home), options)
        for command in (["migrate", "--verbosity", "0"], ["sample_directory", "--agents", str(options["agents"])]):
            subprocess.run(_manage(*command), env=environment, check=True)  # noqa: S603 - our own commands
        _run(self, _services(_keys(home), options), environment, options)

    def introduce(self, options: dict[str, Any]) -> None:
        url = f"http://127.0.0.1:{options['port']}/"
        self.stdout.write(f"\n  Earshot is up:  {url}\n")
        self.stdout.write(f"  Password for everyone:  {PASSWORD} (no second factor is asked for)\n\n")
        self.stdout.write("  elena    may monitor, whisper and barge in all teams, and read the audit\n")
        self.stdout.write("  aisha    may monitor and whisper; sees numbers masked\n")
        self.stdout.write("  samuel   may only monitor, in Sales alone; sees numbers masked\n")
        self.stdout.write(f"  {ADMINISTRATOR}    administrator: {url}admin/\n\n")
        self.stdout.write(
            "  Phones answer by themselves, and nothing can be heard: the calls are a stand-in provider's.\n"
        )
        self.stdout.write("  A guide on the board leads elena and aisha through a first whisper.\n")
        self.stdout.write(
            "  Agents take calls, hold, hand over and call out; make demo SCENARIO=list tells what else.\n"
        )
        self.stdout.write("  Ctrl-C stops it. Its data stays for the next run; make demo RESET=1 forgets it.\n")


def _scenarios() -> str:
    return "\n".join(f"  SCENARIO={one.name:<20} {one.summary}" for one in SCENARIOS.values())


def _refuse_taken_ports(options: dict[str, Any]) -> None:
    """Raise CommandError, before anything is started, for a port on which somebody else answers already."""
    for name, port in (("PORT", options["port"]), ("PROVIDER_PORT", options["provider_port"])):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a demo that has just ended holds nothing
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise CommandError(
                    f"Port {port} is in use on this machine. Stop what runs there, or choose another: "
                    f"make demo {name}={port + 10}"
                ) from None


def _run(
    command: Command, services: dict[str, list[str]], environment: dict[str, str], options: dict[str, Any]
) -> None:
    for stopping in (signal.SIGINT, signal.SIGTERM):  # a shell has what it starts in the background ignore the first
        signal.signal(stopping, signal.default_int_handler)
    running = {
        name: subprocess.Popen(arguments, env=environment, start_new_session=True)  # noqa: S603 - our own commands
        for name, arguments in services.items()
    }
    try:
        _wait_for_server(running, options["port"])
        command.introduce(options)
        while True:
            _check(running)
            time.sleep(0.5)
    except KeyboardInterrupt:
        command.stdout.write("\nStopping.")
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            _end(process)


def _environment(home: Path, keys: dict[str, str], options: dict[str, Any]) -> dict[str, str]:
    return {
        "DEBUG": "1",
        "DEMO": "1",
        "LOG_FORMAT": "text",
        "HELP_KEYS": "**",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        "SECRET_KEY": keys["secret_key"],
        "AUDIT_KEY": keys["audit_key"],
        "AUDIT_CHECKPOINTS": str(home / "audit-checkpoints.jsonl"),
        "DATABASE_URL": f"sqlite:///{home / 'earshot.sqlite3'}",
        "REDIS_URL": "",
        "ORIGINS": f"http://127.0.0.1:{options['port']},http://localhost:{options['port']}",
        "TELNYX_API_KEY": keys["api_key"],
        "TELNYX_PUBLIC_KEY": SigningKey.from_seed(keys["key_seed"]).public_key,
        "TELNYX_BASE_URL": f"http://127.0.0.1:{options['provider_port']}/v2",
        "TELNYX_CONNECTION_ID": CONNECTION_ID,
        "TELNYX_CALLER_ID": CALLER_ID,
    }


def _services(keys: dict[str, str], options: dict[str, Any]) -> dict[str, list[str]]:
    # Its own seed per run: legs of an earlier run have ended for good, and the same seed would give them out again.
    seed = options["seed"] if options["seed"] is not None else secrets.randbelow(2**31)
    rate = ["--rate", str(options["rate"])] if options["rate"] else []
    server = ["-b", "127.0.0.1", "-p", str(options["port"]), "--http-timeout", "30", "--websocket_timeout", "-1"]
    provider = [
        "--port",
        str(options["provider_port"]),
        "--scenario",
        options["scenario"],
        "--seed",
        str(seed),
        *rate,
        "--agents",
        str(options["agents"]),
        "--mixed",
    ]
    door = ["--webhook-url", f"http://127.0.0.1:{options['port']}/webhooks/telnyx/"]
    secret = ["--key-seed", keys["key_seed"], "--api-key", keys["api_key"]]
    return {
        "server": [sys.executable, "-m", "daphne", "-v", "0", *server, "dashboard.asgi:application"],
        "simulator": _manage("simulate", *provider, *door, *secret),
        "reconciler": _manage("reconcile"),
    }


def _keys(home: Path) -> dict[str, str]:
    """The demo's own keys, made once: sessions and signatures of the next run go on with them."""
    place = home / "keys.json"
    known = json.loads(place.read_text()) if place.exists() else {}
    if "audit_key" not in known:
        made = {
            "secret_key": secrets.token_urlsafe(50),
            "api_key": f"KEY{secrets.token_hex(16)}",
            "key_seed": base64.b64encode(secrets.token_bytes(32)).decode(),
            "audit_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        } | known
        place.write_text(json.dumps(made))
    keys: dict[str, str] = json.loads(place.read_text())
    return keys


def _wait_for_server(running: dict[str, subprocess.Popen[bytes]], port: int) -> None:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until:
        _check(running)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):  # nosec B310
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise CommandError(f"The server did not answer on port {port} within {START_WITHIN:.0f} seconds.")


def _check(running: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, process in running.items():
        if process.poll() is not None:
            raise CommandError(
                f"The {name} stopped by itself (exit code {process.returncode}); its last words are above."
            )


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments]
