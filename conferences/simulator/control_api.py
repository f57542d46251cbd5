"""Routes only tests and rehearsals use: look at the world from behind and play the people on the phones."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from conferences.simulator import refusals
from conferences.simulator.api.context import Command, Desk, Handler
from conferences.simulator.api.http import Request, Response, answer
from conferences.simulator.api.resources import shows_muted
from conferences.simulator.api.routes import Route
from conferences.simulator.world import Conference, Leg, Participant
from conferences.simulator.world.clock import stamp
from conferences.simulator.world.hearing import heard_by, heard_on_call


def leg_seen(leg: Leg) -> dict[str, Any]:
    """Show everything about a leg."""
    stay = leg.participant
    return {
        "call_control_id": leg.call_control_id,
        "call_leg_id": leg.call_leg_id,
        "call_session_id": leg.call_session_id,
        "direction": leg.direction,
        "from": leg.from_,
        "to": leg.to,
        "state": leg.state,
        "client_state": leg.client_state,
        "hangup_cause": leg.hangup_cause,
        "held_by_phone": leg.held_by_phone,
        "conference_id": stay.conference.id if stay else None,
        "supervises": leg.supervises.call_control_id if leg.supervises else None,
    }


def participant_seen(stay: Participant, desk: Desk) -> dict[str, Any]:
    """Show everything about a participant, the role included."""
    return {
        "id": stay.id,
        "call_control_id": stay.leg.call_control_id,
        "far_end": stay.leg.far_end,
        "status": stay.status,
        "role": stay.role,
        "whisper_call_control_ids": list(stay.whisper_to),
        "muted": stay.muted,
        "shows_muted": shows_muted(stay, desk.state.switches),
        "on_hold": stay.on_hold,
        "end_conference_on_exit": stay.end_on_exit,
        "soft_end_conference_on_exit": stay.soft_end_on_exit,
        "beep_enabled": stay.beep_enabled,
    }


def conference_seen(conference: Conference, desk: Desk) -> dict[str, Any]:
    """Show everything about a conference, those who left included."""
    return {
        "id": conference.id,
        "name": conference.name,
        "status": conference.status,
        "end_reason": conference.end_reason,
        "participants": [participant_seen(each, desk) for each in conference.stays],
    }


def command_seen(command: Command) -> dict[str, Any]:
    """Show a command as it arrived."""
    return {
        "at": stamp(command.at),
        "method": command.method,
        "path": command.path,
        "body": command.body,
        "status": command.status,
        "repeated": command.repeated,
    }


def world(desk: Desk, _request: Request) -> Response:
    """Answer GET /test/world."""
    conferences = [conference_seen(each, desk) for each in desk.state.conferences.values()]
    legs = [leg_seen(each) for each in desk.state.legs.values()]
    return answer({"now": stamp(desk.state.now()), "conferences": conferences, "legs": legs})


def hearing(desk: Desk, request: Request) -> Response:
    """Answer GET /test/conferences/{id}/hearing: listener to the sorted list of those heard."""
    heard = heard_by(desk.state, request.keys["id"])
    return answer({listener: sorted(speakers) for listener, speakers in heard.items()})


def hearing_on_call(desk: Desk, request: Request) -> Response:
    """Answer GET /test/legs/{call_control_id}/hearing: the same for a bridged call and who supervises it."""
    heard = heard_on_call(desk.state, desk.state.known_leg(request.keys["id"]))
    return answer({listener: sorted(speakers) for listener, speakers in heard.items()})


def commands(desk: Desk, _request: Request) -> Response:
    """Answer GET /test/commands."""
    return answer([command_seen(each) for each in desk.commands])


def events(desk: Desk, _request: Request) -> Response:
    """Answer GET /test/events: the data of every event that happened, delivered or not, oldest first."""
    return answer([event.data for event in desk.state.events])


def incoming_call(desk: Desk, request: Request) -> Response:
    """Answer POST /test/calls {from, to}."""
    body = request.json()
    return answer(leg_seen(desk.world.legs.incoming_call(body["from"], body["to"])), 201)


def far_end(desk: Desk, request: Request) -> Response:
    """Answer POST /test/legs/{call_control_id}/answers, hangs_up, holds, resumes or presses {digit}."""
    leg, action = desk.state.known_leg(request.keys["id"]), request.keys["action"]
    if action == "answers":
        desk.world.legs.far_end_answers(leg)
    elif action == "hangs_up":
        desk.world.legs.far_end_hangs_up(leg)
    elif action == "presses":
        desk.world.answering.presses(leg, request.json()["digit"])
    else:
        desk.world.legs.far_end_holds(leg, held=action == "holds")
    return answer(leg_seen(leg))


def phone(desk: Desk, request: Request) -> Response:
    """Answer POST /test/phones {address, outcome, after}."""
    body = request.json()
    desk.state.phones.set(body["address"], body["outcome"], body.get("after", 2.0))
    return answer({})


def switches(desk: Desk, request: Request) -> Response:
    """Answer POST /test/switches {name: value}."""
    desk.state.switches.set(request.json())
    return answer({})


def add_faults(desk: Desk, request: Request) -> Response:
    """Answer POST /test/faults {webhooks: {rate: value}, api: [{kind, method, path, times, ...}]}."""
    body = request.json()
    desk.faults.webhooks.set(body.get("webhooks", {}))
    for details in body.get("api", []):
        desk.faults.add(**details)
    return answer({})


def clear_faults(desk: Desk, _request: Request) -> Response:
    """Answer DELETE /test/faults."""
    desk.faults.clear()
    return answer({})


def advance(desk: Desk, request: Request) -> Response:
    """Answer POST /test/clock {seconds}: virtual time only."""
    desk.state.advance(float(request.json()["seconds"]))
    return answer({"now": stamp(desk.state.now())})


def _civil(handler: Handler) -> Handler:
    """Answer a mistake in a rehearsal with 400 and its words."""

    def handle(desk: Desk, request: Request) -> Response:
        try:
            return handler(desk, request)
        except (LookupError, TypeError, ValueError) as mistake:
            return answer({"error": f"{type(mistake).__name__}: {mistake}"}, 400)
        except refusals.Refusal as refusal:
            return answer(refusal.body(), refusal.status)

    return handle


def routes(conference_with: Callable[..., Conference], configure_with: Callable[..., None]) -> list[Route]:
    """List all of them, given how a whole conference is built and the application changed."""

    def build(desk: Desk, request: Request) -> Response:
        """Answer POST /test/conferences {agents, customer, queue_number, name}: answered and joined in one go."""
        return answer(conference_seen(conference_with(**request.json()), desk), 201)

    def configure(_desk: Desk, request: Request) -> Response:
        """Answer POST /test/application {webhook_url, failover_url, webhook_timeout_secs, …}."""
        configure_with(**request.json())
        return answer({})

    table: list[tuple[str, str, Handler]] = [
        ("GET", r"/test/world", world),
        ("GET", r"/test/commands", commands),
        ("GET", r"/test/events", events),
        ("GET", r"/test/conferences/(?P<id>[^/]+)/hearing", hearing),
        ("GET", r"/test/legs/(?P<id>.+)/hearing", hearing_on_call),
        ("POST", r"/test/conferences", build),
        ("POST", r"/test/application", configure),
        ("POST", r"/test/calls", incoming_call),
        ("POST", r"/test/legs/(?P<id>.+)/(?P<action>answers|hangs_up|holds|resumes|presses)", far_end),
        ("POST", r"/test/phones", phone),
        ("POST", r"/test/switches", switches),
        ("POST", r"/test/faults", add_faults),
        ("DELETE", r"/test/faults", clear_faults),
        ("POST", r"/test/clock", advance),
    ]
    return [Route(method, re.compile(path), _civil(handler)) for method, path, handler in table]
