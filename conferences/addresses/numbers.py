"""Telephone numbers: read in the spellings of the center's country, and told apart from extensions."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from django.conf import settings

from conferences.addresses.address import FORMS, Address, InvalidAddress

PHONE: Final = re.compile(r"\(?\+?[\d\s().\-/‐-―]+")
_EXTENSION_DIGITS: Final = 6
_EXTENSION: Final = re.compile(r"\d{2,6}")
_INTERNATIONAL: Final = ("00", "011")


def default_region() -> str:
    """Return the country (ISO 3166, two letters) under whose rules a number without country code is read.

    DEFAULT_REGION decides, else the country of TELNYX_CALLER_ID, else the United States.
    """
    return _region(settings.DEFAULT_REGION, settings.TELNYX_CALLER_ID)


@lru_cache(maxsize=8)
def _region(configured: str, caller_id: str) -> str:
    if configured.upper() in phonenumbers.SUPPORTED_REGIONS:
        return configured.upper()
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(caller_id)) or "US"
    except phonenumbers.NumberParseException:
        return "US"


def read_number(text: str) -> Address:
    """Return the number in a text, or the SIP user that an extension is. Raises InvalidAddress, in words to show."""
    digits = re.sub(r"[^+\d]", "", text)
    if not digits.startswith("+") and _EXTENSION.fullmatch(digits) and PHONE.fullmatch(text):
        return Address(user=digits)
    return Address(number=_checked(_parsed(text, digits)))


def _parsed(text: str, digits: str) -> phonenumbers.PhoneNumber:
    """Read a number: with country code if it says so, else as the default region writes it, else as E.164 without +."""
    for prefix in _INTERNATIONAL:
        if digits.startswith(prefix):
            text = f"+{digits[len(prefix) :]}"
    try:
        if text.lstrip("( ").startswith("+"):
            return phonenumbers.parse(text, None)
        national = phonenumbers.parse(text, default_region())
    except phonenumbers.NumberParseException:
        raise InvalidAddress(FORMS) from None
    if not phonenumbers.is_valid_number(national) and (other := valid_number(digits)):
        return phonenumbers.parse(other, None)
    return national


def valid_number(digits: str) -> str:
    """Return digits without + as the valid number they are, national before E.164; empty if they are none."""
    if not digits.isdecimal() or len(digits) <= _EXTENSION_DIGITS:
        return ""
    for text, region in ((digits, default_region()), (f"+{digits}", None)):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return ""


def _checked(number: phonenumbers.PhoneNumber) -> str:
    if number.extension:
        raise InvalidAddress("Leave the extension out: a call to this number would not reach it.")
    if not phonenumbers.is_possible_number(number):
        raise InvalidAddress("This telephone number has too few or too many digits for its country code.")
    if phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise InvalidAddress("This telephone number lacks its area code; best write it with + and country code.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
