"""A stand-in Telnyx: REST API, signed webhooks and phones, for tests and the demo."""

from __future__ import annotations

from conferences.simulator.facade import Simulator

__all__ = ["Simulator"]
