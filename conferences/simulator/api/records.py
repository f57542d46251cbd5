"""The endpoints beside calls and conferences: the application, credentials, deliveries and call events."""

from __future__ import annotations

import base64
import json
import operator
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from conferences.simulator import refusals
from conferences.simulator.api import paging
from conferences.simulator.api.context import Command, Desk
from conferences.simulator.api.http import Request, Response, answer, data, plain
from conferences.simulator.api.validation import Fields
from conferences.simulator.delivery.outbox import Attempt, Delivery
from conferences.simulator.world import Event, identifiers
from conferences.simulator.world.clock import stamp

TOKEN_LIFE = timedelta(hours=24)
_COMPARISONS: dict[str, Callable[[datetime, datetime], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def application(desk: Desk, request: Request) -> Response:
    """Answer GET /call_control_applications/{id}: where webhooks go and how long they may take."""
    app = desk.state.apps.get(request.keys["id"])
    if app is None:
        raise refusals.not_found()
    shown = {
        "id": app.connection_id,
        "record_type": "call_control_application",
        "application_name": app.name,
        "active": True,
        "webhook_event_url": app.webhook_url,
        "webhook_event_failover_url": app.failover_url,
        "webhook_api_version": "2",
        "webhook_timeout_secs": app.webhook_timeout_secs,
        "first_command_timeout": app.first_command_timeout,
        "first_command_timeout_secs": 30,
        "anchorsite_override": "Latency",
        "dtmf_type": "RFC 2833",
        "call_cost_in_webhooks": False,
        "inbound": {"channel_limit": 100, "shaken_stir_enabled": True},
        "outbound": {"channel_limit": 100, "outbound_voice_profile_id": app.outbound_voice_profile_id},
        "created_at": "2026-01-05T09:00:00.000000Z",
        "updated_at": "2026-01-05T09:00:00.000000Z",
    }
    return data(shown)


def create_credential(desk: Desk, request: Request) -> Response:
    """Answer POST /telephony_credentials: only for a Credential SIP connection, which no application is."""
    fields = Fields(request.json())
    if fields.required("connection_id") != desk.account.credential_connection_id:
        raise refusals.bad_request("The connection must be a Credential connection.", pointer="/connection_id")
    now = stamp(desk.state.now())
    shown = {
        "id": identifiers.new_uuid(desk.state.random),
        "record_type": "credential",
        "name": fields.text("name") or now,
        "resource_id": f"connection:{desk.account.credential_connection_id}",
        "expired": False,
        "expires_at": fields.text("expires_at") or "2042-06-18T21:32:38Z",
        "sip_username": identifiers.sip_username(desk.state.random),
        "sip_password": identifiers.new_uuid(desk.state.random).replace("-", ""),
        "user_id": desk.account.user_id,
        "created_at": now,
        "updated_at": now,
    }
    desk.credentials[str(shown["id"])] = shown
    return data(shown, 201)


def create_token(desk: Desk, request: Request) -> Response:
    """Answer POST /telephony_credentials/{id}/token: the bare token as plain text."""
    credential = desk.credentials.get(request.keys["id"])
    if credential is None:
        raise refusals.not_found()
    now = desk.state.now()
    claims = {
        "aud": "telnyx_telephony",
        "exp": int((now + TOKEN_LIFE).timestamp()),
        "iat": int(now.timestamp()),
        "iss": "telnyx_telephony",
        "sub": credential["id"],
        "tel_token": credential["sip_username"],
        "typ": "access",
    }
    head = _segment({"alg": "HS512", "typ": "JWT"})
    signature = base64.urlsafe_b64encode(desk.state.random.randbytes(64)).decode().rstrip("=")
    return plain(f"{head}.{_segment(claims)}.{signature}", 201)


def _segment(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def registration_status(desk: Desk, request: Request) -> Response:
    """Answer GET /sip_registration_status of a SIP user: signed in unless its phone is not."""
    kinds = ("telephony_credential", "sip_credential_connection")
    kind, username = request.query.get("credential_type"), request.query.get("username")
    if kind not in kinds:
        raise refusals.bad_enum(kinds, parameter="credential_type")
    if not username:
        raise refusals.missing("username")
    style = desk.state.switches.registration_record
    if style == "refused":
        raise refusals.not_authorized()
    registered = desk.state.phones.at(f"sip:{username}@sip.telnyx.com").outcome != "not_registered"
    record = {
        "credential_type": kind,
        "credential_username": username,
        "registered": registered,
        "sip_registration_status": "registered" if registered else "unknown",
    }
    return data(record) if style == "data" else answer(record)


def webhook_deliveries(desk: Desk, request: Request) -> Response:
    """Answer GET /webhook_deliveries: finished ones, latest first.

    https://developers.telnyx.com/api-reference/webhooks/list-webhook-deliveries
    """
    status = request.query.get("filter[status][eq]")
    types = [each for each in request.query.get("filter[event_type]", "").split(",") if each]
    found = [
        _delivery(each, desk)
        for each in reversed(list(desk.deliverer.deliveries))
        if each.status is not None and status in (None, each.status) and (not types or each.event.type in types)
    ]
    for name in ("started_at", "finished_at"):
        found = list(_between(request, f"filter[{name}]", found, name))
    return paging.numbered(request, found)


def _delivery(delivery: Delivery, desk: Desk) -> dict[str, Any]:
    finished = delivery.attempts[-1].finished_at if delivery.attempts else delivery.started_at
    event = delivery.event
    return {
        "id": delivery.id,
        "record_type": "webhook_delivery",
        "user_id": desk.account.user_id,
        "status": delivery.status,
        "started_at": stamp(delivery.started_at),
        "finished_at": stamp(finished),
        "attempts": [_attempt(each) for each in reversed(delivery.attempts)],
        "webhook": {
            "record_type": "event",
            "id": event.id,
            "event_type": event.type,
            "occurred_at": stamp(event.occurred_at),
            "payload": event.payload,
        },
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    request = {"url": attempt.url, "headers": [f"{name}: {value}" for name, value in attempt.headers.items()]}
    return {
        "status": "delivered" if attempt.delivered else "failed",
        "started_at": stamp(attempt.started_at),
        "finished_at": stamp(attempt.finished_at),
        "errors": [] if attempt.delivered else [75499 if attempt.status else 75401],
        "http": {"request": request, "response": {"status": attempt.status, "headers": [], "body": ""}},
    }


def call_events(desk: Desk, request: Request) -> Response:
    """Answer GET /call_events: webhooks and commands about legs, oldest first; of one leg, or the last 24 hours.

    https://developers.telnyx.com/api-reference/debugging/list-call-events
    """
    found = [*_webhook_events(desk), *_command_events(desk)]
    for parameter, key in (("leg_id", "call_leg_id"), ("application_session_id", "call_session_id")):
        wanted = request.query.get(f"filter[{parameter}]")
        found = [each for each in found if wanted in (None, each[key])]
    for parameter in ("type", "name"):
        wanted = request.query.get(f"filter[{parameter}]")
        found = [each for each in found if wanted in (None, each[parameter])]
    if "filter[leg_id]" not in request.query and "filter[application_session_id]" not in request.query:
        oldest = stamp(desk.state.now() - timedelta(hours=24))
        found = [each for each in found if each["event_timestamp"] >= oldest]
    found = list(_between(request, "filter[occurred_at]", found, "event_timestamp"))
    return paging.numbered(request, sorted(found, key=lambda each: each["event_timestamp"]))


def _webhook_events(desk: Desk) -> Iterable[dict[str, Any]]:
    for event in desk.state.events:
        if event.leg:
            yield _call_event(event.leg.call_leg_id, event.leg.call_session_id, event, desk)


def _call_event(leg_id: str, session_id: str, event: Event, desk: Desk) -> dict[str, Any]:
    shapes = {"event": event.data, "raw_event": {"raw_event": event.data}, "nothing": {}}
    return {
        "record_type": "call_event",
        "call_leg_id": leg_id,
        "call_session_id": session_id,
        "event_timestamp": stamp(event.occurred_at),
        "name": event.type,
        "type": "webhook",
        "metadata": shapes[desk.state.switches.call_event_metadata],
    }


def _command_events(desk: Desk) -> Iterable[dict[str, Any]]:
    for command in desk.commands:
        leg = desk.state.legs.get(_leg_of(command))
        if leg:
            yield {
                "record_type": "call_event",
                "call_leg_id": leg.call_leg_id,
                "call_session_id": leg.call_session_id,
                "event_timestamp": stamp(command.at),
                "name": command.action,
                "type": "command",
                "metadata": {"path": command.path, "body": command.body, "status": command.status},
            }


def _leg_of(command: Command) -> str:
    if command.path.startswith("/v2/calls/"):
        return command.path.removeprefix("/v2/calls/").rsplit("/actions/", 1)[0]
    return str(command.body.get("call_control_id", ""))


def _between(request: Request, parameter: str, found: list[dict[str, Any]], key: str) -> Iterable[dict[str, Any]]:
    for name, test in _COMPARISONS.items():
        text = request.query.get(f"{parameter}[{name}]")
        if text:
            bound = _moment(text, f"{parameter}[{name}]")
            found = [each for each in found if test(datetime.fromisoformat(each[key]), bound)]
    return found


def _moment(text: str, parameter: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise refusals.bad_type("an ISO 8601 date and time", parameter=parameter) from error
    if moment.tzinfo is None:
        raise refusals.bad_type("an ISO 8601 date and time with a zone", parameter=parameter)
    return moment
