"""Which handler answers which method and path, and within what scope a command_id is remembered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from conferences.simulator.api import calls, conferences, media, records
from conferences.simulator.api.context import Handler

Scope = Literal["", "account", "conference", "call"]


@dataclass(frozen=True)
class Route:
    """One endpoint; the path pattern must match as a whole."""

    method: str
    path: re.Pattern[str]
    handler: Handler
    scope: Scope = ""


def _route(method: str, path: str, handler: Handler, scope: Scope = "") -> Route:
    return Route(method, re.compile(path), handler, scope)


# The scope of a command_id is Telnyx's wording: "same call_control_id" for call commands, "same conference" for end
# and recording, none at all named for the rest. Commands without a command_id have no scope.
_CONFERENCE_ACTIONS: dict[str, tuple[Handler, Scope]] = {
    "join": (conferences.join, "account"),
    "leave": (conferences.leave, "account"),
    "update": (conferences.update, "account"),
    "mute": (conferences.mute, ""),
    "unmute": (conferences.mute, ""),
    "hold": (conferences.hold, ""),
    "unhold": (conferences.unhold, ""),
    "end": (conferences.end, "conference"),
    "speak": (media.speak, "account"),
    "play": (media.play, ""),
    "stop": (media.stop, ""),
    "record_start": (media.record_start, "conference"),
    "record_stop": (media.record_stop, "conference"),
    "record_pause": (media.record_pause, "conference"),
    "record_resume": (media.record_pause, "conference"),
}
_CALL_ACTIONS: dict[str, tuple[Handler, Scope]] = {
    "answer": (calls.answer, "call"),
    "hangup": (calls.hangup, "call"),
    "reject": (calls.reject, "call"),
    "bridge": (calls.bridge, "call"),
    "gather_using_speak": (media.gather_using_speak, "call"),
    "switch_supervisor_role": (calls.switch_supervisor_role, ""),
}
# Names of conferences may hold slashes, hence the greedy ids before /actions/.
ROUTES = (
    _route("GET", r"/v2/conferences", conferences.list_conferences),
    _route("POST", r"/v2/conferences", conferences.create, "account"),
    *(
        _route("POST", rf"/v2/conferences/(?P<id>.+)/actions/(?P<action>{action})", handler, scope)
        for action, (handler, scope) in _CONFERENCE_ACTIONS.items()
    ),
    _route("GET", r"/v2/conferences/(?P<id>[^/]+)", conferences.retrieve),
    _route("GET", r"/v2/conferences/(?P<id>[^/]+)/participants", conferences.list_participants),
    _route("GET", r"/v2/conferences/(?P<id>[^/]+)/participants/(?P<participant_id>[^/]+)",
           conferences.retrieve_participant),
    _route("PATCH", r"/v2/conferences/(?P<id>[^/]+)/participants/(?P<participant_id>[^/]+)",
           conferences.update_participant),
    _route("POST", r"/v2/calls", calls.dial, "account"),
    *(
        _route("POST", rf"/v2/calls/(?P<id>.+)/actions/(?P<action>{action})", handler, scope)
        for action, (handler, scope) in _CALL_ACTIONS.items()
    ),
    _route("PUT", r"/v2/calls/(?P<id>.+)/actions/client_state_update", calls.client_state_update),
    _route("GET", r"/v2/calls/(?P<id>.+)", calls.retrieve),
    _route("GET", r"/v2/connections/(?P<id>[^/]+)/active_calls", calls.active_calls),
    _route("GET", r"/v2/call_control_applications/(?P<id>[^/]+)", records.application),
    _route("POST", r"/v2/telephony_credentials", records.create_credential),
    _route("POST", r"/v2/telephony_credentials/(?P<id>[^/]+)/token", records.create_token),
    _route("GET", r"/v2/sip_registration_status", records.registration_status),
    _route("GET", r"/v2/webhook_deliveries", records.webhook_deliveries),
    _route("GET", r"/v2/call_events", records.call_events),
)  # fmt: skip
