"""The call endpoints: dialling, the state of a leg, and commands on it."""

from __future__ import annotations

from conferences.simulator import refusals
from conferences.simulator.api import paging, resources
from conferences.simulator.api.conferences import join_options, role
from conferences.simulator.api.context import Desk
from conferences.simulator.api.http import Request, Response, data, ok
from conferences.simulator.api.validation import Fields
from conferences.simulator.world import App, DialInto, DialOptions, Leg, Role
from conferences.simulator.world.legs import CALL_SECONDS, DECLINES

SUPERVISOR_ROLES = ("barge", "whisper", "monitor")
DETECTIONS = (
    "premium", "premium_ios_call_screening_detection", "detect", "detect_beep", "detect_words", "greeting_end",
    "disabled",
)  # fmt: skip


def dial(desk: Desk, request: Request) -> Response:
    """Answer POST /calls, plainly, into a conference or to supervise a bridged call."""
    fields = Fields(request.json())
    app = _app(desk, fields)
    ends = (_caller_id(fields), fields.address("to"))
    options = _dial_options(desk, fields)
    config = fields.nested("conference_config")
    if config is None:
        return data(resources.dialled(desk.world.legs.dial(app, *ends, options)))
    return data(resources.dialled(desk.world.dialling.dial_into(app, ends, _dial_into(desk, config), options)))


def _app(desk: Desk, fields: Fields) -> App:
    app = desk.state.apps.get(fields.required("connection_id"))
    if app is None or not app.webhook_url:
        raise refusals.bad_connection()
    if not app.outbound_voice_profile_id:
        raise refusals.no_outbound_profile()
    return app


def _caller_id(fields: Fields) -> str:
    fields.required("from")
    return fields.address("from")


def _dial_options(desk: Desk, fields: Fields) -> DialOptions:
    supervised, link_to = fields.text("supervise_call_control_id"), fields.text("link_to")
    pointer = "/supervise_call_control_id"
    return DialOptions(
        client_state=fields.client_state(desk.state.switches.client_state_limit),
        webhook_url=fields.text("webhook_url"),
        timeout_secs=_timeout(fields),
        time_limit_secs=fields.number("time_limit_secs", 30, CALL_SECONDS) or CALL_SECONDS,
        retry_on_timeout=fields.flag("retry_on_timeout", default=True),
        link_to=desk.state.known_leg(link_to, "/link_to") if link_to else None,
        supervises=desk.state.answered_leg(supervised, pointer) if supervised else None,
        supervisor_role=role(fields, allowed=SUPERVISOR_ROLES) or "barge",
        detection=fields.choice("answering_machine_detection", DETECTIONS),
    )


def _timeout(fields: Fields) -> int:
    value = fields.values.get("timeout_secs", 30)
    if isinstance(value, bool) or not isinstance(value, int) or not 5 <= value <= 600:
        raise refusals.bad_timeout()
    return value


def _dial_into(desk: Desk, config: Fields) -> DialInto:
    key, name = config.text("id"), config.text("conference_name")
    if not key and not name:
        raise refusals.missing(config.pointer("id"))
    conference = desk.world.conferences.find(key, None, by_name=False) if key else None
    if key and conference is None:
        raise refusals.no_conference(desk.state.switches.missing_conference_status)
    if conference and not conference.is_active:
        raise refusals.conference_ended()
    return DialInto(
        conference=conference,
        name=name or "",
        options=join_options(config),
        early_media=config.flag("early_media", default=True),
        start_on_create=config.flag("start_conference_on_create", default=True),
    )


def retrieve(desk: Desk, request: Request) -> Response:
    """Answer GET /calls/{call_control_id}, up to ten minutes after the end."""
    leg = desk.state.remembered_leg(request.keys["id"])
    return data(resources.call(leg, desk.state.now()))


def active_calls(desk: Desk, request: Request) -> Response:
    """Answer GET /connections/{connection_id}/active_calls."""
    connection_id, state = request.keys["id"], desk.state
    if connection_id not in state.apps:
        raise refusals.not_found()
    now = state.now()
    shown = [
        resources.active_call(leg, now)
        for leg in state.legs.values()
        if leg.state != "ended" and leg.app.connection_id == connection_id
    ]
    return paging.by_cursor(request, shown, obeys_numbers=state.switches.active_calls_by_number)


def _leg(desk: Desk, request: Request) -> Leg:
    return desk.state.usable_leg(request.keys["id"])


def _take_client_state(desk: Desk, leg: Leg, fields: Fields) -> None:
    leg.client_state = fields.client_state(desk.state.switches.client_state_limit) or leg.client_state


def answer(desk: Desk, request: Request) -> Response:
    """Answer actions/answer: inbound legs only."""
    leg = _leg(desk, request)
    _take_client_state(desk, leg, Fields(request.json()))
    desk.world.legs.answer(leg)
    return ok()


def hangup(desk: Desk, request: Request) -> Response:
    """Answer actions/hangup."""
    leg = _leg(desk, request)
    _take_client_state(desk, leg, Fields(request.json()))
    desk.world.legs.hang_up(leg)
    return ok()


def reject(desk: Desk, request: Request) -> Response:
    """Answer actions/reject."""
    fields = Fields(request.json())
    fields.required("cause")
    cause = fields.choice("cause", tuple(sorted(DECLINES))) or ""
    desk.world.legs.reject(_leg(desk, request), cause)
    return ok()


def bridge(desk: Desk, request: Request) -> Response:
    """Answer actions/bridge with another leg."""
    fields = Fields(request.json())
    peer_id = fields.required("call_control_id")
    parks = fields.choice("park_after_unbridge", ("self",)) == "self"
    leg = desk.state.answered_leg(request.keys["id"])
    desk.world.legs.bridge(leg, desk.state.answered_leg(peer_id), parks_after_unbridge=parks)
    return ok()


def switch_supervisor_role(desk: Desk, request: Request) -> Response:
    """Answer actions/switch_supervisor_role of a leg that supervises a bridged call."""
    fields = Fields(request.json())
    fields.required("role")
    chosen: Role = role(fields, "role", SUPERVISOR_ROLES) or "barge"
    _leg(desk, request).supervisor_role = chosen
    return ok()


def client_state_update(desk: Desk, request: Request) -> Response:
    """Answer PUT actions/client_state_update."""
    fields = Fields(request.json())
    fields.required("client_state")
    _take_client_state(desk, _leg(desk, request), fields)
    return ok()
