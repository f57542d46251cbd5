"""The conference endpoints: questions about conferences and participants, and every command on them."""

from __future__ import annotations

from conferences.simulator import refusals
from conferences.simulator.api import paging, resources
from conferences.simulator.api.context import Desk
from conferences.simulator.api.http import Request, Response, data, ok
from conferences.simulator.api.validation import BEEPS, Fields
from conferences.simulator.world import (
    REGIONS,
    ROLES,
    Conference,
    ConferenceOptions,
    JoinOptions,
    Participant,
    Role,
)

STATUSES = ("init", "in_progress", "completed")


def list_conferences(desk: Desk, request: Request) -> Response:
    """Answer GET /conferences."""
    found = desk.world.conferences.listed(query_choice(request, "region", tuple(REGIONS)))
    name = request.query.get("filter[name]")
    status = query_choice(request, "filter[status]", STATUSES)
    connection = request.query.get("filter[connection_id]") if _filters_connections(desk) else None
    found = [
        each
        for each in found
        if name in (None, each.name) and status in (None, each.status)
        if connection in (None, each.app.connection_id)
    ]
    return paging.numbered(request, [resources.conference(each) for each in found])


def _filters_connections(desk: Desk) -> bool:
    return desk.state.switches.conference_connection_filter


def query_choice(request: Request, name: str, allowed: tuple[str, ...]) -> str | None:
    """Return one of the allowed values of a query parameter, or None; Refusal 10032 naming the parameter."""
    value = request.query.get(name)
    if value is not None and value not in allowed:
        raise refusals.bad_enum(allowed, parameter=name)
    return value


def create(desk: Desk, request: Request) -> Response:
    """Answer POST /conferences."""
    fields = Fields(request.json())
    call_control_id, name = fields.required("call_control_id"), fields.required("name")
    fields.not_both("hold_audio_url", "hold_media_name")
    options = ConferenceOptions(
        client_state=fields.client_state(desk.state.switches.client_state_limit),
        beep_enabled=fields.choice("beep_enabled", BEEPS) or "never",
        max_participants=fields.number("max_participants", 2, 800) or 250,
        duration_minutes=fields.number("duration_minutes", 1, 10**6),
        start_on_create=fields.flag("start_conference_on_create", default=True),
        region=fields.region(),
    )
    leg = desk.state.answered_leg(call_control_id)
    return data(resources.conference(desk.world.conferences.create(leg, name, options)))


def retrieve(desk: Desk, request: Request) -> Response:
    """Answer GET /conferences/{id}: by id only."""
    return data(resources.conference(_by_id(desk, request)))


def list_participants(desk: Desk, request: Request) -> Response:
    """Answer GET /conferences/{id}/participants: by id only; nobody is in a completed conference."""
    conference, switches = _by_id(desk, request), desk.state.switches
    stays = conference.stays if switches.participants_include_left else conference.participants
    shown = [resources.participant(each, switches) for each in stays]
    for name, value in (("muted", "muted"), ("on_hold", "on_hold"), ("whispering", "whisper_call_control_ids")):
        wanted = _boolean(request, f"filter[{name}]")
        shown = [each for each in shown if wanted in (None, bool(each[value]))]
    return paging.numbered(request, shown)


def _boolean(request: Request, name: str) -> bool | None:
    value = request.query.get(name)
    if value is None:
        return None
    if value not in ("true", "false"):
        raise refusals.bad_type("a boolean", parameter=name)
    return value == "true"


def retrieve_participant(desk: Desk, request: Request) -> Response:
    """Answer GET /conferences/{id}/participants/{participant_id}."""
    return data(resources.participant_by_id(_participant_by_id(desk, request), desk.state.switches))


def update_participant(desk: Desk, request: Request) -> Response:
    """Answer PATCH of the same: beeps and what leaving means, never mute, hold or role."""
    participant, fields = _participant_by_id(desk, request), Fields(request.json())
    participant.beep_enabled = fields.choice("beep_enabled", BEEPS) or participant.beep_enabled
    participant.end_on_exit = fields.flag("end_conference_on_exit", participant.end_on_exit)
    participant.soft_end_on_exit = fields.flag("soft_end_conference_on_exit", participant.soft_end_on_exit)
    participant.updated_at = desk.state.moment()
    return data(resources.participant_by_id(participant, desk.state.switches))


def _by_id(desk: Desk, request: Request) -> Conference:
    region = query_choice(request, "region", tuple(REGIONS))
    conference = desk.world.conferences.find(request.keys["id"], region, by_name=False)
    if conference is None:
        raise refusals.no_conference()
    return conference


def _participant_by_id(desk: Desk, request: Request) -> Participant:
    for participant in _by_id(desk, request).participants:
        if participant.id == request.keys["participant_id"]:
            return participant
    raise refusals.not_found()


def target(desk: Desk, request: Request, *, by_name: bool = True, status: int = 404) -> Conference:
    """Find the conference a command is for; Refusal 90058 if there is none, 90019 if it has ended."""
    region = Fields(request.json()).region()
    conference = desk.world.conferences.find(request.keys["id"], region, by_name=by_name)
    if conference is None:
        raise refusals.no_conference(status)
    if not conference.is_active:
        raise refusals.conference_ended()
    return conference


def join_options(fields: Fields, client_state: str | None = None) -> JoinOptions:
    """Read how to join, from a join command or a dial's conference_config."""
    fields.not_both("hold_audio_url", "hold_media_name")
    return JoinOptions(
        role=role(fields) or "none",
        whisper_to=fields.strings("whisper_call_control_ids"),
        mute=fields.flag("mute"),
        hold=fields.flag("hold"),
        end_on_exit=fields.flag("end_conference_on_exit"),
        soft_end_on_exit=fields.flag("soft_end_conference_on_exit"),
        start_on_enter=fields.flag("start_conference_on_enter"),
        beep_enabled=fields.choice("beep_enabled", BEEPS),
        client_state=client_state,
    )


def role(fields: Fields, name: str = "supervisor_role", allowed: tuple[str, ...] = ROLES) -> Role | None:
    """Read a supervisor role, None when absent."""
    chosen: Role | None = fields.choice(name, allowed)  # type: ignore[assignment]  # checked against `allowed`
    return chosen


def join(desk: Desk, request: Request) -> Response:
    """Answer actions/join."""
    fields = Fields(request.json())
    call_control_id = fields.required("call_control_id")
    options = join_options(fields, fields.client_state(desk.state.switches.client_state_limit))
    conference = target(desk, request, status=desk.state.switches.missing_conference_status)
    desk.world.participation.join(conference, desk.state.answered_leg(call_control_id), options)
    return ok()


def leave(desk: Desk, request: Request) -> Response:
    """Answer actions/leave: the leg stays up, parked."""
    fields = Fields(request.json())
    call_control_id = fields.required("call_control_id")
    fields.choice("beep_enabled", BEEPS)
    conference = target(desk, request, status=desk.state.switches.missing_conference_status)
    desk.world.participation.leave(participant_of(desk, conference, call_control_id))
    return ok()


def update(desk: Desk, request: Request) -> Response:
    """Answer actions/update: another role; the whisper list is replaced too."""
    fields = Fields(request.json())
    call_control_id = fields.required("call_control_id")
    fields.required("supervisor_role")
    chosen = role(fields) or "none"
    whisper_to = fields.strings("whisper_call_control_ids")
    conference = target(desk, request, status=desk.state.switches.missing_conference_status)
    desk.world.participation.change_role(participant_of(desk, conference, call_control_id), chosen, whisper_to)
    return ok()


def participant_of(desk: Desk, conference: Conference, call_control_id: str, field: str = "") -> Participant:
    """Find the stay of a leg in this conference; Refusal 90018 if the leg ended, 90015 if it is not in it."""
    pointer = field or "/call_control_id"
    participant = desk.state.usable_leg(call_control_id, pointer).participant
    if participant is None or participant.conference is not conference:
        raise refusals.bad_call_control_id(pointer)
    return participant


def named(desk: Desk, request: Request, conference: Conference) -> list[Participant]:
    """Return the participants in call_control_ids, or everybody when the list is empty or absent, as Telnyx has it."""
    ids = Fields(request.json()).strings("call_control_ids")
    chosen = [participant_of(desk, conference, each, "/call_control_ids") for each in ids]
    return chosen or list(conference.participants)


def mute(desk: Desk, request: Request) -> Response:
    """Answer actions/mute and unmute: those named, or everybody."""
    participants = named(desk, request, target(desk, request))
    desk.world.participation.mute(participants, muted=request.keys["action"] == "mute")
    return ok()


def hold(desk: Desk, request: Request) -> Response:
    """Answer actions/hold: those named, or everybody."""
    Fields(request.json()).not_both("audio_url", "media_name")
    desk.world.participation.hold(named(desk, request, target(desk, request)))
    return ok()


def unhold(desk: Desk, request: Request) -> Response:
    """Answer actions/unhold: those named; it alone requires the list."""
    if not Fields(request.json()).strings("call_control_ids"):
        raise refusals.missing("/call_control_ids")
    desk.world.participation.hold(named(desk, request, target(desk, request)), held=False)
    return ok()


def end(desk: Desk, request: Request) -> Response:
    """Answer actions/end: by id only."""
    desk.world.conferences.end_by_command(target(desk, request, by_name=False))
    return ok()
