"""The stand-in for Telnyx's REST API, as a WSGI application over the simulated world."""

from __future__ import annotations

from conferences.simulator.api.application import Api
from conferences.simulator.api.context import Account, Command, Desk
from conferences.simulator.api.disturbances import Cut, Late
from conferences.simulator.api.http import Request, Response

__all__ = ["Account", "Api", "Command", "Cut", "Desk", "Late", "Request", "Response"]
