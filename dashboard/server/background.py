"""Starts, once in a serving process, the thread that does what facts give rise to."""

import atexit

from conferences.background import BackgroundRunner


def start_background() -> None:
    runner = BackgroundRunner()
    runner.start()
    atexit.register(runner.stop)
