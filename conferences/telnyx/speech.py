"""A line spoken on a leg, and the key that answers it; what can be spoken (Telnyx docs: Gather using speak)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from conferences.telnyx import rules
from conferences.telnyx.rules import InvalidCommand

LANGUAGES: Final = (
    "arb", "cmn-CN", "cy-GB", "da-DK", "de-DE", "en-AU", "en-GB", "en-GB-WLS", "en-IN", "en-US", "es-ES", "es-MX",
    "es-US", "fr-CA", "fr-FR", "hi-IN", "is-IS", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-NL", "pl-PL", "pt-BR",
    "pt-PT", "ro-RO", "ru-RU", "sv-SE", "tr-TR",
)  # fmt: skip
LONGEST_LINE: Final = 3000
MOST_TRIES: Final = 10
LONGEST_WAIT_MILLIS: Final = 60_000
_KEYS: Final = re.compile(r"[0-9*#]+")
# Voices that speak without a key or settings beyond their name. ElevenLabs wants a key of its own.
_VOICE: Final = re.compile(r"(?:AWS\.Polly|Azure|Telnyx|Minimax|Resemble|Inworld|xAI|Humain)(?:\.[A-Za-z0-9_:-]+)+")
_BASIC: Final = ("female", "male")
_BASIC_LANGUAGE: Final = "en-US"


def check_speech(voice: str, language: str) -> None:
    """Refuse a language or voice that the provider does not have, and a basic voice in any language but its own."""
    rules.check_choice("language", language, LANGUAGES)
    if voice in _BASIC:
        if language != _BASIC_LANGUAGE:
            raise InvalidCommand("voice", f"The basic voices speak {_BASIC_LANGUAGE} only. Name one of this language.")
    elif not _VOICE.fullmatch(voice):
        raise InvalidCommand(
            "voice", "It must be female, male, or a voice by provider and name, such as AWS.Polly.Joanna."
        )


@dataclass(frozen=True, slots=True)
class GatherUsingSpeak:
    """Speak a line on a leg and wait for one key (Telnyx docs: Gather using speak). Raises InvalidCommand.

    `payload` is plain text of at most 3,000 characters; it is spoken up to `maximum_tries` times, each followed by
    `timeout_millis` of waiting. `valid_digits` are the keys that count; call.gather.ended tells whether one came.
    """

    command_id: str
    client_state: str
    payload: str
    voice: str
    language: str
    valid_digits: str
    timeout_millis: int
    maximum_tries: int

    def __post_init__(self) -> None:
        rules.check_id("command_id", self.command_id)
        rules.check_client_state(self.client_state)
        check_speech(self.voice, self.language)
        if not self.payload.strip() or len(self.payload) > LONGEST_LINE:
            raise InvalidCommand("payload", f"The line spoken must have between 1 and {LONGEST_LINE} characters.")
        if not _KEYS.fullmatch(self.valid_digits):
            raise InvalidCommand("valid_digits", "It must name the keys that count: digits, * or #.")
        if not 1 <= self.maximum_tries <= MOST_TRIES:
            raise InvalidCommand("maximum_tries", f"It must be between 1 and {MOST_TRIES}.")
        if not 1000 <= self.timeout_millis <= LONGEST_WAIT_MILLIS:
            raise InvalidCommand("timeout_millis", f"It must be between 1000 and {LONGEST_WAIT_MILLIS} milliseconds.")

    def body(self) -> dict[str, object]:
        """Return the request's JSON object. The basic voices must be named as such: premium is the default."""
        basic = {"service_level": "basic"} if self.voice in _BASIC else {}
        return basic | {
            "command_id": self.command_id,
            "client_state": self.client_state,
            "payload": self.payload,
            "voice": self.voice,
            "language": self.language,
            "minimum_digits": 1,
            "maximum_digits": 1,
            "valid_digits": self.valid_digits,
            "timeout_millis": self.timeout_millis,
            "maximum_tries": self.maximum_tries,
        }
