"""What Telnyx leaves undocumented, as named settings, so that a test can try each answer."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

OccurredAt = Literal["schemas", "examples"]
RateLimitHeaders = Literal["retry-after", "reset", "none"]
FailedDialJoin = Literal["park", "hangup"]
Status4xx = Literal[404, 422]
RepeatStatus = Literal[200, 422]
Metadata = Literal["event", "raw_event", "nothing"]
Registration = Literal["flat", "data", "refused"]


@dataclass
class Switches:
    """One attribute per undocumented behaviour; the defaults are the likeliest or the least convenient answer."""

    repeated_command_status: RepeatStatus = 200
    """Answer to a command_id already executed within the last 60 seconds; never a second effect."""

    refused_command_remembered: bool = False
    """Whether a command_id that was refused is remembered like an executed one, and a repeat of it does nothing."""

    building_seconds: float = 0.0
    """How long after call.answered a command that needs an answered leg is refused as too early (not documented)."""

    monitor_shows_muted: bool = True
    """Whether a monitoring supervisor is listed with muted=true."""

    unmute_lifts_monitor: bool = False
    """Whether actions/unmute makes a monitoring supervisor audible to everybody."""

    conference_hold_emits_call_hold: bool = False
    """Whether actions/hold and unhold are followed by call.hold and call.unhold."""

    missing_conference_status: Status4xx = 404
    """Status of join, leave and update on an unknown conference (code 90058 either way)."""

    ended_via_api_reason: str = "ended_via_api"
    """Reason in conference.ended after actions/end; the webhook enum lacks the REST value."""

    list_spans_regions: bool = False
    """Whether GET /conferences without a region lists those of every region."""

    lookup_spans_regions: bool = True
    """Whether a conference of another region is found by id or name when no region is given."""

    participants_include_left: bool = False
    """Whether GET participants lists those who have left, with status left."""

    whisperers_hear_each_other: bool = False
    """Whether one whispering supervisor hears another."""

    whispers_reach_everybody: bool = False
    """Whether a whisper is heard by all, as on an account on which its targets are not obeyed."""

    forgotten_call_status: Status4xx = 404
    """Status of GET /calls/{id} later than ten minutes after the end."""

    rate_limit_headers: RateLimitHeaders = "reset"
    """What a 429 says about when to come back: Retry-After, x-ratelimit-reset, or nothing."""

    occurred_at: OccurredAt = "schemas"
    """Where conference events keep their time: as the schemas say, or in data with a misspelt twin, as the examples."""

    conference_connection_filter: bool = False
    """Whether filter[connection_id] works on GET /conferences."""

    active_calls_by_number: bool = False
    """Whether GET active_calls, documented as cursor paged, obeys page[number] or gives the first page again."""

    call_event_metadata: Metadata = "raw_event"
    """Where a call event keeps the raw event: metadata itself, a member of that name, or nowhere."""

    client_state_limit: int = 0
    """Longest client_state accepted, in characters; 0 for no limit."""

    registration_record: Registration = "flat"
    """How GET /sip_registration_status answers: the record alone, as the SDK has it, within data, or with a 403."""

    detection_seconds: float = 3.0
    """How long detection of a machine takes from the answer, and again after a screener's tone (not documented)."""

    greeting_seconds: float = 4.0
    """How long after its detection a machine's greeting ends in a beep."""

    beep_before_detection: bool = False
    """Whether a machine beeps before it is detected: then only the end of its greeting is told (Telnyx docs: Dial)."""

    detection_cancels_gather: bool = False
    """Whether the end of a detection ends the waiting for a key (status cancelled_amd, which is documented bare)."""

    screening_seconds: float = 4.0
    """How long after it was taken for a machine a call screener's tone, or the end of its prompt, is told."""

    pick_up_seconds: float = 3.0
    """How long after a call screener's tone somebody, or a voicemail, takes the call."""

    join_seconds: float = 0.0
    """How long a participant stays joining before it is joined."""

    failed_dial_join: FailedDialJoin = "park"
    """What becomes of a leg dialled into a conference that has ended or filled up by the time it is answered."""

    webhook_attempts: int = 4
    """How often one URL is tried before the failover URL, or giving up."""

    webhook_backoff_seconds: float = 1.0
    """Wait before the second attempt; doubles with each further one."""

    def set(self, changes: dict[str, Any]) -> None:
        """Change several switches at once; raises ValueError for an unknown name or a value it cannot have."""
        known = {field.name for field in fields(self)}
        hints = get_type_hints(type(self))
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"no such switch: {name}")
            _check(name, value, hints[name])
        for name, value in changes.items():
            setattr(self, name, value)

    def copy(self) -> Switches:
        """Return an independent copy."""
        return replace(self)


def _check(name: str, value: object, hint: Any) -> None:
    choices = get_args(hint)
    if choices and value not in choices:
        raise ValueError(f"{name} must be one of {choices}")
    accepted: tuple[type, ...] = (int, float) if hint is float else (hint,) if not choices else (object,)
    if not isinstance(value, accepted) or (hint in (int, float) and isinstance(value, bool)):
        raise ValueError(f"{name} must be {hint}")
