"""The stand-in API as one WSGI application: key check, faults, routing, command_id, errors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING

from conferences.simulator import refusals
from conferences.simulator.api.context import Command, Desk
from conferences.simulator.api.disturbances import Cut, Late, Stale, disturb
from conferences.simulator.api.http import Request, Response, answer
from conferences.simulator.api.routes import ROUTES, Route

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Api:
    """Call it with a WSGI environ. Raises Late or Cut, for its host to act out, when a fault says so."""

    def __init__(self, desk: Desk, extra_routes: Iterable[Route] = ()) -> None:
        self.desk = desk
        self._routes = (*extra_routes, *ROUTES)
        self._stale = Stale()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self.respond(Request.of(environ)).send(start_response)

    def respond(self, request: Request) -> Response:
        """Answer one request, faults included; every answer carries the date."""
        date = ("Date", format_datetime(self.desk.state.now().astimezone(UTC), usegmt=True))
        try:
            response = self._respond(request)
        except (Late, Cut) as spoilt:
            spoilt.response = replace(spoilt.response, headers=[*spoilt.response.headers, date])
            raise
        return replace(response, headers=[*response.headers, date])

    def _respond(self, request: Request) -> Response:
        if not request.path.startswith("/v2/"):
            return self._work(request)
        fault = self.desk.faults.take(request.method, request.path)
        if fault is None:
            return self._stale.remember(request, self._work(request))
        if fault.kind == "stale":
            return self._stale.earlier(request) or self._work(request)
        real = self._work(request) if fault.does_work else None
        return disturb(fault, real, self.desk.state.switches)

    def _work(self, request: Request) -> Response:
        events_before = len(self.desk.state.events)
        with self.desk.state.lock:
            response = self._decide(request)
            happened = len(self.desk.state.events) != events_before
        faults = self.desk.faults.webhooks
        if happened and faults.early_rate and self.desk.state.random.random() < faults.early_rate:
            self.desk.deliverer.hurry()
        return response

    def _decide(self, request: Request) -> Response:
        repeated = False
        try:
            if request.path.startswith("/v2/"):
                self._check_key(request)
            response, repeated = self._handle(request)
        except refusals.Refusal as refusal:
            response = answer(refusal.body(), refusal.status)
        self._log(request, response, repeated)
        return response

    def _check_key(self, request: Request) -> None:
        if request.authorization != f"Bearer {self.desk.account.api_key}":
            raise refusals.unauthorized()

    def _handle(self, request: Request) -> tuple[Response, bool]:
        route = self._route(request)
        scope = f"{route.scope} {request.keys['id']}" if route.scope in ("conference", "call") else route.scope
        return self.desk.once(scope, request, lambda: route.handler(self.desk, request))

    def _route(self, request: Request) -> Route:
        for route in self._routes:
            match = route.path.fullmatch(request.path) if route.method == request.method else None
            if match:
                request.keys = match.groupdict()
                return route
        raise refusals.not_found()

    def _log(self, request: Request, response: Response, repeated: bool) -> None:
        if request.method == "GET" or not request.path.startswith("/v2/"):
            return
        try:
            body = request.json()
        except refusals.Refusal:
            body = {}
        now = self.desk.state.now()
        self.desk.commands.append(Command(now, request.method, request.path, body, response.status, repeated))
