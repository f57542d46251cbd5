"""Commands about a call itself: dialling a device, ending a leg."""

from dataclasses import dataclass

from conferences.telnyx import rules
from conferences.telnyx.commands.bodies import without_defaults


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
        return always | without_defaults(
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
        return {"command_id": self.command_id} | without_defaults(client_state=self.client_state)
