"""What no command may say, and the words it may choose from."""

import base64
import re
from collections.abc import Collection
from enum import StrEnum
from typing import Final

MAX_CLIENT_STATE: Final = 256
MAX_DISPLAY_NAME: Final = 128

NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_SIP_ADDRESS: Final = re.compile(r"sips?:[!-?A-~]+@[!-?A-~]+")
_ORIGIN: Final = re.compile(r"(https://[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*(?::[1-9][0-9]{0,4})?)(?:[/?].*)?")
_PRINTABLE: Final = re.compile(r"[!-~]+")


class Role(StrEnum):
    """What a participant is to the conference. To the provider, barge and none are the same: heard by all."""

    BARGE = "barge"
    MONITOR = "monitor"
    NONE = "none"
    WHISPER = "whisper"


class Beep(StrEnum):
    """When the conference hears a beep for this participant."""

    ALWAYS = "always"
    NEVER = "never"
    ON_ENTER = "on_enter"
    ON_EXIT = "on_exit"


class Region(StrEnum):
    """Where a conference's data is; all of its participants must be in one region."""

    AUSTRALIA = "Australia"
    EUROPE = "Europe"
    MIDDLE_EAST = "Middle East"
    US = "US"


class Detection(StrEnum):
    """How the provider finds out whether a machine answered a call that is dialled (Telnyx docs: Dial)."""

    PREMIUM = "premium"
    PREMIUM_IOS = "premium_ios_call_screening_detection"
    DETECT = "detect"
    DETECT_BEEP = "detect_beep"
    DETECT_WORDS = "detect_words"
    GREETING_END = "greeting_end"
    DISABLED = "disabled"


ROLES: Final = tuple(Role)
DETECTIONS: Final = tuple(Detection)
BEEPS: Final = tuple(Beep)
REGIONS: Final = tuple(Region)


# What a supervisor may read of what she chose in a form; all other sentences are for whoever writes this product.
NOT_LISTED: Final = "This address is not on the list of places hold music may come from."
NOT_PLAIN: Final = "Hold music needs a plain https:// address with a host name."
NOT_BOTH: Final = "Hold music comes from an address or from a stored file, not both."
NOT_ON_HOLD: Final = "Hold music is only played to someone who is put on hold."
NAMELESS: Final = "The stored file needs a name."
TO_NOBODY: Final = "A whisper needs at least one person to hear it."
NO_WHISPER: Final = "Only a whisper may name who hears it."
TWICE: Final = "The same person is named twice."
TO_HERSELF: Final = "Nobody can whisper to themselves."
READ_BY_SUPERVISORS: Final = (
    NOT_LISTED, NOT_PLAIN, NOT_BOTH, NOT_ON_HOLD, NAMELESS, TO_NOBODY, NO_WHISPER, TWICE, TO_HERSELF
)  # fmt: skip


class InvalidCommand(ValueError):
    """A command that must not be sent: `field` in the provider's spelling, `sentence` for whoever asked."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field
        self.sentence = sentence


def is_sendable_key(api_key: str) -> bool:
    """Return whether an API key can stand in a header: plain characters without spaces or line ends."""
    return bool(api_key) and api_key.isascii() and api_key.isprintable() and " " not in api_key


def encode_client_state(text: str) -> str:
    """Return `text` as the base64 the provider wants, or raise InvalidCommand when that is longer than 256 bytes."""
    encoded = base64.b64encode(text.encode("utf-8")).decode("ascii")
    check_client_state(encoded)
    return encoded


def decode_client_state(value: str | None) -> str | None:
    """Return the text in a client_state, or None for one that is absent or was not encoded by us."""
    try:
        text = base64.b64decode(value or "", validate=True).decode("utf-8")
    except ValueError:
        return None
    return text if text and "\0" not in text else None


def check_hold_audio_url(url: str, allowed_origins: Collection[str]) -> None:
    """Raise InvalidCommand unless the provider may be told to fetch `url`.

    It must be https and begin with one of `allowed_origins`, spelled exactly so ("https://media.example.com", with
    the port if there is one); user names, passwords and IP addresses are refused even where an origin would allow it.
    """
    if _origin(url) not in allowed_origins:
        raise InvalidCommand("hold_audio_url", NOT_LISTED)


def _origin(url: str) -> str:
    """A host ends in a label that begins with a letter, so that no spelling of an IP address passes for one."""
    match = _ORIGIN.fullmatch(url)
    if not match or "\\" in url or not _PRINTABLE.fullmatch(url):
        raise InvalidCommand("hold_audio_url", NOT_PLAIN)
    return match[1]


def check_ids(call_control_id: str, command_id: str) -> None:
    """Refuse a leg or a command without an id, in InvalidCommand as every check here does."""
    check_id("call_control_id", call_control_id)
    check_id("command_id", command_id)


def check_id(field: str, value: str) -> None:
    """Refuse an id that is empty or holds spaces or characters outside ASCII."""
    if not _PRINTABLE.fullmatch(value):
        raise InvalidCommand(field, "An id is needed, of plain characters without spaces.")


def check_role(role: str, targets: tuple[str, ...], own_leg: str) -> None:
    """Refuse a whisper to nobody, to oneself or to one person twice, and targets for anything but a whisper."""
    check_choice("supervisor_role", role, ROLES)
    if role == Role.WHISPER and not targets:
        raise InvalidCommand("whisper_call_control_ids", TO_NOBODY)
    if role != Role.WHISPER and targets:
        raise InvalidCommand("whisper_call_control_ids", NO_WHISPER)
    if len(set(targets)) != len(targets):
        raise InvalidCommand("whisper_call_control_ids", TWICE)
    if own_leg in targets:
        raise InvalidCommand("whisper_call_control_ids", TO_HERSELF)
    for target in targets:
        check_id("whisper_call_control_ids", target)


def check_hold(hold: bool, audio_url: str | None, media_name: str | None) -> None:
    """Refuse hold music without a hold, from two sources, or from an address that is not plainly https."""
    if audio_url is not None and media_name is not None:
        raise InvalidCommand("hold_media_name", NOT_BOTH)
    for field, value in (("hold_audio_url", audio_url), ("hold_media_name", media_name)):
        if value is not None and not hold:
            raise InvalidCommand(field, NOT_ON_HOLD)
    if audio_url is not None:
        _origin(audio_url)
    if media_name == "":
        raise InvalidCommand("hold_media_name", NAMELESS)


def check_dialled(field: str, value: str) -> None:
    """Refuse what is neither a +E.164 number nor a SIP address."""
    if not NUMBER.fullmatch(value) and not _SIP_ADDRESS.fullmatch(value):
        raise InvalidCommand(field, "It must be a number like +15550100123 or an address like sip:ana@sip.example.")


def check_number(field: str, value: str) -> None:
    """Refuse what is no +E.164 number."""
    if not NUMBER.fullmatch(value):
        raise InvalidCommand(field, "It must be a number like +15550100123.")


def check_display_name(field: str, value: str | None) -> None:
    """Refuse a name longer than the provider passes on."""
    if len(value or "") > MAX_DISPLAY_NAME:
        raise InvalidCommand(field, f"The name shown may have {MAX_DISPLAY_NAME} characters at most.")


def check_choice(field: str, value: str, choices: Collection[str]) -> None:
    """Refuse a word that is not one of `choices`."""
    if value not in choices:
        raise InvalidCommand(field, f"It must be one of: {', '.join(choices)}.")


def check_region(region: str | None) -> None:
    """Refuse a region the provider does not have."""
    if region is not None:
        check_choice("region", region, REGIONS)


def check_range(field: str, value: int | None, lowest: int, highest: int) -> None:
    """Refuse a number of seconds outside of what the provider takes."""
    if value is not None and not lowest <= value <= highest:
        raise InvalidCommand(field, f"It must be between {lowest} and {highest} seconds.")


def check_client_state(value: str | None) -> None:
    """Refuse what is not base64, or longer than 256 bytes of it."""
    if value is None:
        return
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        raise InvalidCommand("client_state", "It must be base64.") from None
    if not 0 < len(value) <= MAX_CLIENT_STATE:
        raise InvalidCommand("client_state", f"It must have between 1 and {MAX_CLIENT_STATE} characters once encoded.")
