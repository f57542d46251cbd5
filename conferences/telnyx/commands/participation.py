"""Commands about a leg in a conference, refused here already when they would do what nobody meant."""

from dataclasses import dataclass

from conferences.telnyx import rules
from conferences.telnyx.commands.bodies import without_defaults
from conferences.telnyx.rules import BEEPS, Beep
from conferences.telnyx.speech import check_speech


@dataclass(frozen=True, slots=True)
class Join:
    """Bring an answered leg into a conference (Telnyx docs: Join a conference). Raises InvalidCommand.

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
        return always | without_defaults(
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
        targets = list(self.whisper_call_control_ids)
        return always | without_defaults(whisper_call_control_ids=targets, region=self.region)


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
        return always | without_defaults(region=self.region)


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
        return {"call_control_ids": [self.call_control_id]} | without_defaults(region=self.region)


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
        return {"call_control_ids": [self.call_control_id]} | without_defaults(region=self.region)


@dataclass(frozen=True, slots=True)
class CreateConference:
    """Make a conference of an answered leg (Telnyx docs: Create conference). Raises InvalidCommand."""

    call_control_id: str
    name: str
    command_id: str

    def __post_init__(self) -> None:
        rules.check_ids(self.call_control_id, self.command_id)
        rules.check_display_name("name", self.name)

    def body(self) -> dict[str, object]:
        """Return the request's JSON object; without the beep, the provider would choose."""
        return {
            "call_control_id": self.call_control_id,
            "name": self.name,
            "beep_enabled": str(Beep.NEVER),
            "command_id": self.command_id,
        }


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak a text to one leg in the conference (Telnyx docs: Speak text to conference participants).

    The provider takes an empty list of legs for everybody in the call, so exactly one is always named. Raises
    InvalidCommand.
    """

    call_control_id: str
    command_id: str
    payload: str
    voice: str
    language: str

    def __post_init__(self) -> None:
        rules.check_ids(self.call_control_id, self.command_id)
        check_speech(self.voice, self.language)

    def body(self) -> dict[str, object]:
        """Return the request's JSON object."""
        return {
            "call_control_ids": [self.call_control_id],
            "payload": self.payload,
            "voice": self.voice,
            "language": self.language,
            "command_id": self.command_id,
        }
