"""Django's own checks: migrations that match the models, and production settings that pass `check --deploy`."""

from __future__ import annotations

import os
import subprocess
import sys

from conferences.simulator.delivery.keys import SigningKey

PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "0123456789-a-secret-key-of-many-different-characters-ABCDEFGHIJ!",
    "ALLOWED_HOSTS": "earshot.example",
    "ORIGINS": "https://earshot.example",
    "DATABASE_URL": "postgres://earshot@127.0.0.1/earshot",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "TELNYX_API_KEY": "KEY",
    "TELNYX_PUBLIC_KEY": SigningKey.generate().public_key,
    "TELNYX_CONNECTION_ID": "1494404757140276705",
    "TELNYX_CALLER_ID": "+14155550100",
}
COMMANDS = (
    (["makemigrations", "--check", "--dry-run"], {"DATABASE_URL": "sqlite://:memory:"}),
    (["check", "--deploy", "--fail-level", "WARNING"], {}),
)


def main() -> int:
    failed = 0
    for command, changes in COMMANDS:
        environment = os.environ | PRODUCTION | changes
        run = [sys.executable, "-W", "error", "manage.py", *command]
        failed |= subprocess.run(run, env=environment, check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
