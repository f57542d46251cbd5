"""Telephone numbers and SIP URIs in one spelling, so that what a person typed matches what was sent."""

import re
from typing import Final

import phonenumbers

_SIP: Final = re.compile(r"(?:sips?:)?(?P<user>[^@;?<>\s]+)@(?P<host>[^@;?<>\s]+)(?:[;?].*)?", re.IGNORECASE)
_SIP_USER: Final = re.compile(r"sips?:(?P<user>[^@;?<>\s]+)", re.IGNORECASE)
_TYPED_DIGITS: Final = re.compile(r"[+\d\s().\-/\u2010-\u2015\u00a0]+")
# A number inside a sentence: + and its digits however grouped, or so many digits in one go that it may well be one.
_IN_TEXT: Final = re.compile(r"\+\d(?:[ ().\-]{0,2}\d){5,14}|(?<![\w-])\d{9,15}(?![\w-])")
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
    if number.extension:
        raise InvalidAddress("Leave the extension out: a call to this number would not reach it.")
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


def searchable(text: str) -> str:
    """Return what to look for inside normal forms when a person searches for `text`, in whatever spelling.

    A part of a number loses its spaces and punctuation, a SIP address takes its normal form; other text stays.
    """
    text = text.strip()
    if _TYPED_DIGITS.fullmatch(text):
        digits = re.sub(r"[^+\d]", "", text)
        return f"+{digits[2:]}" if digits.startswith("00") else digits
    return normalise(text) if _SIP.fullmatch(text) or _SIP_USER.fullmatch(text) else text


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
    if not address.removeprefix("+").isdigit():
        return "SIP address"
    try:
        code = f"+{phonenumbers.parse(address, None).country_code} "
    except phonenumbers.NumberParseException:
        code = ""
    return f"{code}••• ••{address[-2:]}"


def mask_numbers(text: str) -> str:
    """Return a text with every telephone number in it masked; rather a digit too many hidden than one too few."""
    return _IN_TEXT.sub(lambda found: masked(re.sub(r"[^+\d]", "", found[0])), text)
