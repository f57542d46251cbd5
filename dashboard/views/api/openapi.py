"""The addresses of /api/directory/ and /api/help/ as OpenAPI describes them; a test compares answers with this."""

from __future__ import annotations

from typing import Any, Final

_TIME: Final = {"type": "string", "format": "date-time"}
_AGENT: Final = {
    "description": "the agent's id, or the name where only one has it",
    "oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "minLength": 1}],
}
_ERROR: Final = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "field": {"type": ["string", "null"]}},
}
_CALL: Final = {
    "type": "object",
    "required": ["id", "conference_id", "state", "since", "queue", "team", "agents", "customers"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "conference_id": {"type": "string"},
        "state": {"enum": ["unknown", "init", "in_progress"]},
        "since": {"oneOf": [_TIME, {"type": "null"}]},
        "queue": {"type": ["string", "null"]},
        "team": {"type": ["string", "null"]},
        "customers": {"type": "array", "items": {"type": "string"}, "description": "masked numbers"},
        "agents": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["ids", "name", "call_control_id", "since", "on_hold"],
                "properties": {
                    "ids": {"type": "array", "items": {"type": "integer"}},
                    "name": {"type": "string"},
                    "call_control_id": {"type": "string"},
                    "since": {"oneOf": [_TIME, {"type": "null"}]},
                    "on_hold": {"type": ["boolean", "null"]},
                },
            },
        },
    },
}


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _operation(summary: str, answer: dict[str, Any], **more: Any) -> dict[str, Any]:
    responses = {
        "200": {"description": "done", **_content(answer)},
        "401": {"description": "without API_TOKEN", **_content(_ERROR)},
        "422": {"description": "not possible, with a sentence", **_content(_ERROR)},
    }
    return {"summary": summary, "responses": responses, **more}


def _posted(
    summary: str, fields: dict[str, Any], answer: dict[str, Any], may: dict[str, Any] | None = None
) -> dict[str, Any]:
    """`may`: what may be sent besides."""
    body = {"type": "object", "required": [*fields], "properties": fields | (may or {})}
    told = {"type": "object", "required": [*answer], "properties": answer}
    return {"post": _operation(summary, told, requestBody={"required": True, **_content(body)})}


def _parameter(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"}}


_ADDRESS: Final = {"type": "string", "minLength": 1, "description": "a number, a SIP address or a SIP user"}
OPENAPI: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {"title": "Earshot: the directory to the center's own systems", "version": "1"},
    "security": [{"token": []}],
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/api/directory/credentials/": _posted(
            "Register today's credential of an agent, until it expires",
            {"agent": _AGENT, "address": _ADDRESS, "expires_at": _TIME},
            {
                "agent": {"type": "string"},
                "address": {"type": "string"},
                "expires_at": {"oneOf": [_TIME, {"type": "null"}]},
            },
        ),
        "/api/directory/sign-in/": _posted(
            "Say which agent is at a shared phone now",
            {"agent": _AGENT, "address": _ADDRESS},
            {"agent": {"type": "string"}, "address": {"type": "string"}, "signed_in_at": _TIME},
        ),
        "/api/directory/wrap-up/": _posted(
            "Say for how long at most an agent wraps a call up, or that it is done",
            {"agent": _AGENT},
            {
                "agent": {"type": "string"},
                "since": {"oneOf": [_TIME, {"type": "null"}]},
                "until": {"oneOf": [_TIME, {"type": "null"}]},
            },
            {"seconds": {"type": "integer", "minimum": 1, "maximum": 3600}, "end": {"type": "boolean"}},
        ),
        "/api/help/": _posted(
            "Ask for a supervisor's help in the call the agent is in, or withdraw that",
            {"agent": _AGENT},
            {
                "agent": {"type": "string"},
                "state": {"enum": ["asked", "taken", "withdrawn"]},
                "asked_at": {"oneOf": [_TIME, {"type": "null"}]},
                "conference_id": {"type": ["string", "null"]},
            },
            {"reason": {"type": "string", "maxLength": 200}, "withdraw": {"type": "boolean"}},
        ),
        "/api/directory/live/": {
            "get": _operation(
                "The calls that are live",
                {
                    "type": "object",
                    "required": ["at", "calls"],
                    "properties": {"at": _TIME, "calls": {"type": "array", "items": _CALL}},
                },
                parameters=[
                    _parameter("number", "only calls with this customer's number"),
                    _parameter("agent", "only calls of this agent, by id or name"),
                ],
            )
        },
    },
}
