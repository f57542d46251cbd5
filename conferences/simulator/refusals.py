"""The errors Telnyx answers with, each with its status, code and wording."""

from __future__ import annotations

from typing import Any

# Codes and texts: Telnyx docs, Join a conference (422 examples) and API errors, a page for each code as
# https://developers.telnyx.com/docs/overview/errors/10009. Where a code is documented without a status, 422 is used.


class Refusal(Exception):
    """A command or question Telnyx turns down, with everything its error body says."""

    def __init__(self, status: int, code: str, title: str, detail: str, **source: str) -> None:
        super().__init__(f"{status} {code} {title}")
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.source = source

    def body(self) -> dict[str, Any]:
        """Return the JSON body: a list with this one error."""
        error: dict[str, Any] = {"code": self.code, "title": self.title, "detail": self.detail}
        if self.source:
            error["source"] = self.source
        if self.code in ("10009", "10011"):
            error["meta"] = {"url": f"https://developers.telnyx.com/docs/overview/errors/{self.code}"}
        return {"errors": [error]}


def unauthorized() -> Refusal:
    """Refuse a bad or missing key."""
    detail = "The required authentication headers were either invalid or not included in the request."
    return Refusal(401, "10009", "Authentication failed", detail)


def missing(pointer: str) -> Refusal:
    """Refuse a required field that is absent or blank."""
    name = pointer.rsplit("/", 1)[-1]
    detail = f"The '{name}' parameter is required and cannot be blank."
    return Refusal(422, "10004", "Missing required parameter", detail, pointer=pointer)


def bad_enum(allowed: tuple[str, ...], **source: str) -> Refusal:
    """Refuse a value that is not one of those allowed."""
    detail = f"The value must be one of: {', '.join(allowed)}."
    return Refusal(422, "10032", "Invalid enumerated value", detail, **source)


def out_of_range(low: int, high: int, **source: str) -> Refusal:
    """Refuse a number that is too small or too large."""
    detail = f"The value is outside of allowed range {low} to {high}"
    return Refusal(422, "10033", "Value outside of range", detail, **source)


def bad_type(expected: str, **source: str) -> Refusal:
    """Refuse a value of the wrong JSON type."""
    return Refusal(422, "10026", "Invalid parameter type", f"The value must be {expected}.", **source)


def bad_request(detail: str, **source: str) -> Refusal:
    """Refuse a request that contradicts itself; Telnyx documents no closer code."""
    return Refusal(422, "10015", "Bad Request", detail, **source)


def invalid_json() -> Refusal:
    """Refuse a body that is not JSON, or not an object; the status is inferred."""
    return Refusal(400, "10023", "Invalid JSON", "The request body could not be parsed as a JSON object.")


def not_found() -> Refusal:
    """Refuse what does not exist: no such resource, or no such address."""
    return Refusal(404, "10005", "Resource not found", "The requested resource or URL could not be found.")


def forgotten_call(status: int) -> Refusal:
    """Refuse a call that ended more than ten minutes ago."""
    return Refusal(status, "10005", "Resource not found", "The requested call could not be found.")


def bad_client_state() -> Refusal:
    """Refuse a client_state that is not Base-64."""
    detail = "The client_state parameter must be a valid Base-64 encoded string."
    return Refusal(422, "90017", "Invalid value for client_state", detail, pointer="/client_state")


def bad_timeout() -> Refusal:
    """Refuse a timeout_secs outside 5 to 600 (Telnyx docs: Dial)."""
    detail = "The timeout_secs parameter must be between 5 and 600."
    return Refusal(422, "90028", "Invalid value for timeout_secs", detail, pointer="/timeout_secs")


def bad_call_control_id(pointer: str = "/call_control_id") -> Refusal:
    """Refuse a leg Telnyx does not know, or one that is not where the command says."""
    detail = "The call_control_id provided was not valid."
    return Refusal(422, "90015", "Invalid Call Control ID", detail, pointer=pointer)


def call_ended() -> Refusal:
    """Refuse a leg that is gone."""
    detail = "This call is no longer active and can't receive commands."
    return Refusal(422, "90018", "Call has already ended", detail)


def call_not_answered() -> Refusal:
    """Refuse a leg that has not been answered."""
    detail = "This call can't receive this command because it has not been answered yet."
    return Refusal(422, "90034", "Call not answered yet", detail)


def answer_on_outbound() -> Refusal:
    """Refuse to answer a leg that is not inbound."""
    detail = "Answer can't be issued on an outbound call."
    return Refusal(422, "90102", "Answer is not allowed on an outbound call", detail)


def bad_connection() -> Refusal:
    """Refuse a connection_id that names no Call Control app with a webhook URL."""
    detail = (
        "The requested connection_id (Call Control App ID) is either invalid or does not exist. "
        "Only Call Control Apps with valid webhook URL are accepted."
    )
    title = "Invalid value for connection_id (Call Control App ID)"
    return Refusal(422, "10015", title, detail, pointer="/connection_id")


def not_authorized() -> Refusal:
    """Refuse what the key may not do."""
    return Refusal(403, "10010", "Authorization failed", "You do not have permission to perform the requested action.")


def no_outbound_profile() -> Refusal:
    """Refuse a dial of an application that may not call out (seen in answers: the cause is a D code in the words)."""
    words = "Connection has no Outbound Profile assigned"
    return Refusal(403, "10010", "Authorization failed", f"{words} D38. {words}.")


def bad_number(field: str) -> Refusal:
    """Refuse what is neither E.164 nor a SIP URI."""
    detail = f"The '{field}' parameter must be in E164 format."
    return Refusal(422, "10016", "Phone number must be in +E164 format", detail, pointer=f"/{field}")


def no_conference(status: int = 404) -> Refusal:
    """Refuse an id or, where names are accepted, a name that no conference has."""
    detail = "The conference specified by the conference_id does not exist."
    return Refusal(status, "90058", "Invalid conference_id", detail)


def conference_ended() -> Refusal:
    """Refuse a conference that is completed."""
    detail = "This conference is no longer active and can't receive commands."
    return Refusal(422, "90019", "Conference has already ended", detail)


def conference_full(limit: int) -> Refusal:
    """Refuse one more than max_participants."""
    detail = f"The maximum allowed value of `max_participants` has been reached at {limit}."
    return Refusal(422, "90032", "Maximum number of participants reached", detail)


def name_taken() -> Refusal:
    """Refuse a name that an active conference has."""
    detail = "Conference with given name already exists and it's active."
    return Refusal(422, "90033", "Unable to execute command", detail)


def joined_already() -> Refusal:
    """Refuse a leg that is in this conference already."""
    detail = "The call is already a participant of this conference."
    return Refusal(422, "90044", "Conference join not allowed", detail)


def repeated_command() -> Refusal:
    """Refuse a repeated command_id, one of two possible answers to it; its code is not documented."""
    return bad_request("A command with this command_id has already been executed.", pointer="/command_id")


def too_many_requests() -> Refusal:
    """Refuse more requests than the account's limit allows (Telnyx docs: Rate limiting).

    https://developers.telnyx.com/development/api-fundamentals/reliability/rate-limiting
    """
    detail = "You have exceeded the maximum number of allowed requests."
    return Refusal(429, "10011", "Too many requests", detail)
