"""Serve a stand-in Telnyx on the loopback and play a scenario against our webhook."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conferences.simulator.facade import CONNECTION_ID
from conferences.simulator.people.live import live
from conferences.simulator.people.population import SAMPLE
from conferences.simulator.people.scenarios import SCENARIOS
from conferences.simulator.serving.server import Server


class Command(BaseCommand):
    """Runs until Ctrl-C or SIGTERM."""

    help = "Serve a stand-in Telnyx on the loopback and play a scenario against the webhook of this project."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the port, the story and where its webhooks go."""
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="calm-morning")
        parser.add_argument("--seed", type=int, default=0, help="the same seed tells the same story")
        parser.add_argument("--rate", type=float, help="calls per minute (default: as the scenario has it)")
        parser.add_argument(
            "--agents", type=int, default=len(SAMPLE.agents), help="how many work (sample_directory --agents has them)"
        )
        parser.add_argument("--mixed", action="store_true", help="agents call out too, and machines answer for some")
        parser.add_argument("--webhook-url", default="http://127.0.0.1:8000/webhooks/telnyx/")
        parser.add_argument("--key-seed", help="base64 of 32 bytes to make the signing key of (default: a new key)")
        parser.add_argument("--api-key", default="KEY_SIMULATOR")
        parser.add_argument("--connection-id", default=CONNECTION_ID)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until told to stop."""
        server = self._server(options)
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        with server:
            self._introduce(server, options)
            stop.wait()
        self.stdout.write("Stopped.")

    def _server(self, options: dict[str, Any]) -> Server:
        try:
            return live(
                port=options["port"],
                scenario=options["scenario"],
                webhook_url=options["webhook_url"],
                seed=options["seed"],
                calls_per_minute=options["rate"],
                api_key=options["api_key"],
                connection_id=options["connection_id"],
                key_seed=options["key_seed"],
                mixed=options["mixed"],
                agents=options["agents"],
            )
        except (OSError, ValueError) as error:
            raise CommandError(f"The simulator cannot start: {error}") from error

    def _introduce(self, server: Server, options: dict[str, Any]) -> None:
        self.stdout.write(f"{options['scenario']}: {SCENARIOS[options['scenario']].summary}")
        self.stdout.write(f"TELNYX_BASE_URL={server.base_url}")
        self.stdout.write(f"TELNYX_API_KEY={options['api_key']}")
        self.stdout.write(f"TELNYX_CONNECTION_ID={options['connection_id']}")
        self.stdout.write(f"TELNYX_PUBLIC_KEY={server.public_key}")
        self.stdout.write(f"Webhooks go to {options['webhook_url']}. Stop with Ctrl-C.")
        self.stdout.flush()
