"""The bodies of our commands, refused here already when they would do what nobody meant."""

from dataclasses import dataclass

from conferences.telnyx import rules
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
    "Dial",
    "Hangup",
    "InvalidCommand",
    "Join",
    "Leave",
    "Mute",
    "Region",
    "Role",
    "Update",
    "check_hold_audio_url",
    "decode_client_state",
    "encode_client_state",
]


@dataclass(frozen=True, slots=True)
class Join:
    """Bring an answered leg into a conference (Telnyx: Join Conference page). Raises InvalidCommand.

    The role, the command_id, the beep and both ways of ending the conference are always sent: what the provider does
    by default may be audible or end the call. A whisper without targets would silently become a monitor, so it is
    refused.
    """

    call_control_id: str
    command_id: str
    supervisor_role: str
    whisper_call_control_ids: tuple[str, ...] = ()
    client_state: str | None = None
    mute: bool = False
    hold: bool = False
    hold_audio_url: str | None = None
    hold_media_name: str | None = None
    beep_enabled: str = Beep.NEVER
    start_conference_on_enter: bool = False
    end_conference_on_exit: bool = False
    soft_end_conference_on_exit: bool = False
    region: str | None = None

    def __post_init__(self) -> None:
        rules.check_ids(self.call_control_id, self.command_id)
        rules.check_role(self.supervisor_role, self.whisper_call_control_ids, self.call_control_id)
        rules.check_client_state(self.client_state)
        rules.check_hold(self.hold, self.hold_audio_url, self.hold_media_name)
        rules.check_choice("beep_enabled", self.beep_enabled, BEEPS)
        rules.check_region(self.region)

    def body(self) -> dict[str, object]:
        """Return the request's JSON object, without the fields that are not meant to be sent."""
        always = {
            "call_control_id": self.call_control_id,
            "command_id": self.command_id,
            "supervisor_role": str(self.supervisor_role),
            "beep_enabled": str(self.beep_enabled),
            "end_conference_on_exit": self.end_conference_on_exit,
            "soft_end_conference_on_exit": self.soft_end_conference_on_exit,
        }
        return always | _meant(
            whisper_call_control_ids=list(self.whisper_call_control_ids),
            client_state=self.client_state,
            mute=self.mute,
            hold=self.hold,
            hold_audio_url=self.hold_audio_url,
            hold_media_name=self.hold_media_name,
            start_conference_on_enter=self.start_conference_on_enter,
            region=self.region,
        )


@dataclass(frozen=True, slots=True)
class Update:
    """Change the role of a leg that is in the conference (Telnyx docs: Update conference participant).

    The whisper targets are always sent anew, for without them a whisperer becomes a monitor. Raises InvalidCommand.
    """

    call_control_id: str
    command_id: str
    supervisor_role: str
    whisper_call_control_ids: tuple[str, ...] = ()
    region: str | None = None

    def __post_init__(self) -> None:
        rules.check_ids(self.call_control_id, self.command_id)
        rules.check_role(self.supervisor_role, self.whisper_call_control_ids, self.call_control_id)
        rules.check_region(self.region)

    def body(self) -> dict[str, object]:
        """Return the request's JSON object, without the fields that are not meant to be sent."""
        always = {
            "call_control_id": self.call_control_id,
            "command_id": self.command_id,
            "supervisor_role": str(self.supervisor_role),
        }
        return always | _meant(whisper_call_control_ids=list(self.whisper_call_control_ids), region=self.region)


@dataclass(frozen=True, slots=True)
class Leave:
    """Take a leg out of the conference; it is parked, not hung up. Raises InvalidCommand.

    The beep is always sent, for the conference itself may be set to beep (Telnyx docs: Leave a conference).
    """

    call_control_id: str
    command_id: str
    beep_enabled: str = Beep.NEVER
    region: str | None = None

    def __post_init__(self) -> None:
        rules.check_ids(self.call_control_id, self.command_id)
        rules.check_choice("beep_enabled", self.beep_enabled, BEEPS)
        rules.check_region(self.region)

    def body(self) -> dict[str, object]:
        """Return the request's JSON object, without the fields that are not meant to be sent."""
        always = {
            "call_control_id": self.call_control_id,
            "command_id": self.command_id,
            "beep_enabled": str(self.beep_enabled),
        }
        return always | _meant(region=self.region)


@dataclass(frozen=True, slots=True)
class Mute:
    """Mute one leg in the conference, or unmute it (Telnyx docs: Mute conference participants). Raises InvalidCommand.

    The provider takes an empty list of legs for everybody in the call, so exactly one is always named. It takes no
    command_id either: the one here only tells our own sends apart, and doing it twice does no harm.
    """

    call_control_id: str
    command_id: str
    muted: bool
    region: str | None = None

    def __post_init__(self) -> None:
        rules.check_ids(self.call_control_id, self.command_id)
        rules.check_region(self.region)

    def body(self) -> dict[str, object]:
        """Return the request's JSON object."""
        return {"call_control_ids": [self.call_control_id]} | _meant(region=self.region)


@dataclass(frozen=True, slots=True)
class Unhold:
    """Take one leg in the conference off hold (Telnyx docs: Unhold conference participants). Raises InvalidCommand.

    The list of legs is required, and exactly one is named. As with Mute, `command_id` only tells our own sends apart.
    """

    call_control_id: str
    command_id: str
    region: str | None = None

    def __post_init__(self) -> None:
        rules.check_ids(self.call_control_id, self.command_id)
        rules.check_region(self.region)

    def body(self) -> dict[str, object]:
        """Return the request's JSON object."""
        return {"call_control_ids": [self.call_control_id]} | _meant(region=self.region)


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring a supervisor's device (Telnyx docs: Dial). Raises InvalidCommand.

    `to` is +E.164 or a SIP address, `from_` is +E.164, `connection_id` the Call Control application's id (not a SIP
    connection's), `timeout_secs` the seconds it rings, 5 to 600. `answering_machine_detection` is one of DETECTIONS.
    """

    to: str
    from_: str
    connection_id: str
    client_state: str
    command_id: str
    timeout_secs: int
    from_display_name: str | None = None
    time_limit_secs: int | None = None
    answering_machine_detection: str | None = None

    def __post_init__(self) -> None:
        rules.check_dialled("to", self.to)
        rules.check_number("from", self.from_)
        rules.check_id("connection_id", self.connection_id)
        rules.check_id("command_id", self.command_id)
        rules.check_client_state(self.client_state)
        rules.check_range("timeout_secs", self.timeout_secs, 5, 600)
        rules.check_range("time_limit_secs", self.time_limit_secs, 30, 14_400)
        rules.check_display_name("from_display_name", self.from_display_name)
        if self.answering_machine_detection is not None:
            rules.check_choice("answering_machine_detection", self.answering_machine_detection, rules.DETECTIONS)

    def body(self) -> dict[str, object]:
        """Return the request's JSON object, without the fields that are not meant to be sent."""
        always = {
            "to": self.to,
            "from": self.from_,
            "connection_id": self.connection_id,
            "client_state": self.client_state,
            "command_id": self.command_id,
            "timeout_secs": self.timeout_secs,
        }
        return always | _meant(
            from_display_name=self.from_display_name,
            time_limit_secs=self.time_limit_secs,
            answering_machine_detection=self.answering_machine_detection and str(self.answering_machine_detection),
        )


@dataclass(frozen=True, slots=True)
class Hangup:
    """End one leg (Telnyx docs: Hang up). Raises InvalidCommand."""

    command_id: str
    client_state: str | None = None

    def __post_init__(self) -> None:
        rules.check_id("command_id", self.command_id)
        rules.check_client_state(self.client_state)

    def body(self) -> dict[str, object]:
        """Return the request's JSON object, without the fields that are not meant to be sent."""
        return {"command_id": self.command_id} | _meant(client_state=self.client_state)


def _meant(**fields: object) -> dict[str, object]:
    """False, None and the empty list are what the provider assumes anyway."""
    return {name: value for name, value in fields.items() if value}
