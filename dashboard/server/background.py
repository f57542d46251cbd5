"""Starts, once in a serving process, the thread that does what facts give rise to."""

import atexit

from conferences.background import Runner


def start_errands() -> None:
    runner = Runner()
    runner.start()
    atexit.register(runner.stop)
