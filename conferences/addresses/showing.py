"""How addresses and texts with numbers in them are searched for and shown, in full or masked."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

from conferences.addresses.address import InvalidAddress
from conferences.addresses.numbers import PHONE
from conferences.addresses.reading import SCHEME, cleaned, is_withheld, normalise

WITHHELD: Final = "Number withheld"
# What must stay readable although it is made of digits, and then what is or may be a number: many digits in one go, or
# in groups as numbers are grouped.
_IN_TEXT: Final = re.compile(
    r"(?P<kept>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b|\bv[23]:[\w=-]{16,}|\b\d{4}-\d\d-\d\d\b|\b\d\d?:\d\d(?::\d\d)?\b)"
    r"|\+\d(?:[ ().\-]{0,2}\d){5,14}|(?<!\d)\d{7,17}(?!\d)|(?<![\d.])\(?\d{2,4}\)?(?:[ .\-/]{1,2}\d{2,4}){2,4}(?!\d)"
)
_GROUPED_DIGITS: Final = 9


def searchable(text: str) -> str:
    """Return what to look for inside canonical forms when a person searches for `text`, in whatever spelling.

    A part of a number loses its spaces and punctuation, a SIP address takes its canonical form; other text stays.
    """
    text = cleaned(text)
    if PHONE.fullmatch(text):
        digits = re.sub(r"[^+\d]", "", text)
        return f"+{digits[2:]}" if digits.startswith("00") else digits
    if "@" in text or SCHEME.match(text):
        try:
            return normalise(text)
        except InvalidAddress:
            return text
    return text


def readable(address: str) -> str:
    """Return an address as people write it: a number in international grouping, a SIP address without its scheme."""
    if is_withheld(address):
        return WITHHELD
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
    if is_withheld(address):
        return WITHHELD
    if not address.removeprefix("+").isdigit():
        return "SIP address"
    try:
        code = f"+{phonenumbers.parse(address, None).country_code} "
    except phonenumbers.NumberParseException:
        code = ""
    return f"{code}••• ••{address[-2:]}"


def mask_numbers(text: str) -> str:
    """Return a text with every telephone number in it masked; rather a digit too many hidden than one too few.

    Dates, times, UUIDs and the provider's own ids stay readable.
    """
    return _IN_TEXT.sub(_mask_found, text)


def _mask_found(found: re.Match[str]) -> str:
    digits = re.sub(r"[^+\d]", "", found[0])
    if found["kept"] or (len(digits) < _GROUPED_DIGITS and not re.fullmatch(r"\+.*|\d+", found[0])):
        return found[0]
    return masked(digits)
