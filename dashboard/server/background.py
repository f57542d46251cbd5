"""Starts, once in a serving process, the thread that does what facts give rise to."""

from conferences.background import BackgroundRunner
from dashboard.server.shutdown import at_end


def start_background() -> None:
    runner = BackgroundRunner()
    runner.start()
    at_end(runner.stop)
