"""Telephone numbers and SIP URIs in one spelling, so that what a person typed matches what was sent."""

import re
from typing import Final

import phonenumbers

_SIP: Final = re.compile(r"(?:sips?:)?(?P<user>[^@;?<>\s]+)@(?P<host>[^@;?<>\s]+)(?:[;?].*)?", re.IGNORECASE)
_SIP_USER: Final = re.compile(r"sips?:(?P<user>[^@;?<>\s]+)", re.IGNORECASE)
LONGEST: Final = 255


class InvalidAddress(ValueError):
    """The text is neither an E.164 number nor a SIP URI; the message says so in words fit to show."""


def normalise(text: str) -> str:
    """Return `+` and digits for a number, `sip:user@host` (or `sip:user` for a user without host) for a SIP address.

    User and host are lower-cased and URI parameters dropped: both name the same phone. Raises InvalidAddress.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise InvalidAddress("An address has at most 255 characters.")
    if match := _SIP.fullmatch(text):
        return f"sip:{match['user']}@{match['host']}".lower()
    if match := _SIP_USER.fullmatch(text):
        return f"sip:{match['user']}".lower()
    return _number(text)


def _number(text: str) -> str:
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise InvalidAddress(
            "Write a telephone number with + and country code (+34 600 000 001) or a SIP address (sip:ana@example.com)."
        ) from None
    if not phonenumbers.is_possible_number(number):
        raise InvalidAddress("This telephone number has too few or too many digits for its country code.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spellings(provider_address: str) -> tuple[str, ...]:
    """Return the normal forms under which the directory may know an address; none if it is no address.

    A SIP user is also looked up without its host: the provider rings a credential at a host of its own choosing.
    """
    try:
        normal = normalise(provider_address)
    except InvalidAddress:
        return ()
    return (normal, normal.split("@")[0]) if "@" in normal else (normal,)


def readable(address: str) -> str:
    """Return an address as people write it: a number in international grouping, a SIP URI without its scheme."""
    if not address.startswith("+"):
        return address.removeprefix("sip:")
    try:
        number = phonenumbers.parse(address, None)
    except phonenumbers.NumberParseException:
        return address
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def masked(address: str) -> str:
    """Return an address with all but its country code and last two characters hidden, for eyes that may not see it."""
    if not address:
        return ""
    if not address.startswith("+"):
        return "SIP address"
    try:
        code = f"+{phonenumbers.parse(address, None).country_code} "
    except phonenumbers.NumberParseException:
        code = ""
    return f"{code}••• ••{address[-2:]}"
