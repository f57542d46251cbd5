"""The bodies of our commands, refused here already when they would do what nobody meant."""

from conferences.telnyx.commands.calls import Dial, Hangup
from conferences.telnyx.commands.participation import CreateConference, Join, Leave, Mute, Speak, Unhold, Update
from conferences.telnyx.rules import (
    BEEPS,
    REGIONS,
    ROLES,
    Beep,
    InvalidCommand,
    Region,
    Role,
    check_hold_audio_url,
    decode_client_state,
    encode_client_state,
)

__all__ = [
    "BEEPS",
    "REGIONS",
    "ROLES",
    "Beep",
    "CreateConference",
    "Dial",
    "Hangup",
    "InvalidCommand",
    "Join",
    "Leave",
    "Mute",
    "Region",
    "Role",
    "Speak",
    "Unhold",
    "Update",
    "check_hold_audio_url",
    "decode_client_state",
    "encode_client_state",
]
