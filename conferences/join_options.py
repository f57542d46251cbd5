"""How a supervisor's leg joins, besides the role: the queue's policy, or what was chosen instead for one join."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext_noop as _

from conferences.telnyx import rules
from conferences.telnyx.rules import BEEPS, InvalidCommand

ENDS_FOR_ALL = _("When you leave, the call ends for everyone and everyone is hung up.")
ENDS_CONFERENCE = _("When you leave, the conference ends; the others are not hung up, but no longer hear each other.")


@dataclass(frozen=True, slots=True)
class JoinOptions:
    """The join command's fields that are policy (Telnyx docs: Join a conference). Empty text: not sent.

    By default nothing is heard of the joining, and leaving ends nothing.
    """

    mute: bool = False
    hold: bool = False
    hold_audio_url: str = ""
    hold_media_name: str = ""
    beep_enabled: str = "never"
    start_conference_on_enter: bool = False
    end_conference_on_exit: bool = False
    soft_end_conference_on_exit: bool = False
    region: str = ""

    @classmethod
    def of(cls, holder: object) -> JoinOptions:
        """Read them off a queue, or whatever has attributes of these names; None gives the defaults."""
        return cls.read({name: getattr(holder, name) for name in NAMES if hasattr(holder, name)})

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> JoinOptions:
        """Read them from cleaned form data or from what `stored` gave, ignoring other names."""
        return cls(**{name: values[name] for name in NAMES if values.get(name) is not None})

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    def check(self, allowed_origins: Collection[str]) -> None:
        """Raise InvalidCommand, with the field and a sentence, for a combination that must not be sent."""
        rules.check_hold(self.hold, self.hold_audio_url or None, self.hold_media_name or None)
        if self.hold_audio_url:
            rules.check_hold_audio_url(self.hold_audio_url, allowed_origins)
        rules.check_choice("beep_enabled", self.beep_enabled, BEEPS)
        rules.check_region(self.region or None)
        if self.end_conference_on_exit and self.soft_end_conference_on_exit:
            raise InvalidCommand(
                "soft_end_conference_on_exit",
                _("Leaving either hangs everyone up or ends the conference, not both."),
            )

    @property
    def warning(self) -> str:
        """What leaving will do to the others; empty when it does nothing."""
        if self.end_conference_on_exit:
            return ENDS_FOR_ALL
        return ENDS_CONFERENCE if self.soft_end_conference_on_exit else ""

    def join_fields(self) -> dict[str, Any]:
        """Return the fields as the join command takes them."""
        values = asdict(self)
        return values | {name: values[name] or None for name in ("hold_audio_url", "hold_media_name", "region")}


NAMES = tuple(field.name for field in fields(JoinOptions))
