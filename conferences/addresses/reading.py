"""Reads a telephone number or SIP address in whatever spelling: one canonical form for the same party.

A party is a number (`+` and digits, E.164) or a SIP user (`sip:user@host`, or `sip:user` for that user at every host).
Who wrote it, and whether that is to be believed, is not decided here: anybody can show any number (leg_matching).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from conferences.addresses.address import FORMS, LONGEST, Address, InvalidAddress
from conferences.addresses.numbers import PHONE, default_region, read_number, valid_number

# What is shown in the place of a number that the caller withholds (RFC 3323, section 4.1.1.3, and telephone networks).
_WITHHELD: Final = frozenset(
    {"anonymous", "blocked", "no caller id", "private", "restricted", "unavailable", "unknown", "withheld"}
)
_NOWHERE: Final = "anonymous.invalid"
_PROVIDER: Final = re.compile(r"(?:[a-z0-9-]+\.)*telnyx\.(?:com|eu)")
_NAME_ADDR: Final = re.compile(r"(?:\"(?:[^\"\\]|\\.)*\"|[^<>@:]*)\s*<(?P<address>[^<>]+)>\s*(?:;.*)?")
SCHEME: Final = re.compile(r"(?P<scheme>sips?|tel):(?://)?", re.IGNORECASE)
_HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)
_USER: Final = re.compile(r"[^@;?<>\s,:\"]+")
# A word of letters alone is more likely a person's name in the wrong field than a SIP user.
_BARE_USER: Final = re.compile(
    r"gencred[a-z0-9]*|(?=[^\d]*\d)[a-z0-9](?:[a-z0-9._~*=+-]*[a-z0-9])?|[a-z0-9]+[._-][a-z0-9._-]+", re.IGNORECASE
)


def normalise(text: str) -> str:
    """Return the canonical form of an address that a person typed. Raises InvalidAddress."""
    return read(text).canonical


def read(text: str) -> Address:
    """Return the party that a person's text names, in whatever spelling. Raises InvalidAddress, in words to show."""
    return _read(cleaned(text), default_region())


@lru_cache(maxsize=1024)
def _read(text: str, _region: str) -> Address:
    """Kept for a moment: whoever saves or looks up an address reads it several times. The region decides on some."""
    if len(text) > LONGEST:
        raise InvalidAddress("An address has at most 255 characters.")
    if is_withheld(text):
        raise InvalidAddress("That is what callers show who withhold their number; it is nobody's address.")
    scheme, rest = _unwrapped(text)
    if scheme != "tel" and (found := _sip(rest, scheme)) is not None:
        return found
    if scheme == "tel" or PHONE.fullmatch(rest) or _looks_like_number(rest):
        return read_number(_phone_context(rest) if scheme == "tel" else rest)
    if _BARE_USER.fullmatch(rest):
        return Address(user=rest)
    raise InvalidAddress(FORMS)


def spellings(provider_address: str) -> tuple[str, ...]:
    """Return the canonical forms under which the directory may know what the provider wrote, the surest first.

    None for a withheld number and for what is no address. A SIP user is also looked up without its host: the provider
    rings a credential at a host of its own choosing; digits at a PBX's own name may be the number they make.
    """
    text = cleaned(provider_address)
    try:
        address = read(text)
    except InvalidAddress:
        if is_withheld(text) or len(text) > LONGEST or not _USER.fullmatch(text) or PHONE.fullmatch(text):
            return ()
        address = Address(user=text)
    if address.number or not address.host:
        return (address.canonical,)
    return (address.canonical, valid_number(address.user) or Address(user=address.user).canonical)


def canonical(provider_address: str) -> str:
    """Return the canonical form of what the provider wrote; empty where there is none."""
    return next(iter(spellings(provider_address)), "")


def is_withheld(text: str) -> bool:
    """Return whether a caller shows no number on purpose, or his network has none to show."""
    _, rest = _unwrapped(cleaned(text))
    user, _, host = rest.partition("@")
    user = unquote(user.split(";")[0]).strip().strip('"').lower()
    return user in _WITHHELD or host.split(";")[0].split(":")[0].lower().rstrip(".") == _NOWHERE


def cleaned(text: str) -> str:
    """Return text without what cannot be seen, and with digits and spaces of unusual widths as the usual ones."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = unicodedata.normalize("NFKC", text)
    shown = "".join(
        " " if one.isspace() else one for one in text if unicodedata.category(one) not in ("Cf", "Cc") or one.isspace()
    )
    return " ".join(shown.split())


def _unwrapped(text: str) -> tuple[str, str]:
    """Take the address out of a name-addr (RFC 3261, 25.1); return its scheme, empty if none, and what follows it."""
    if found := _NAME_ADDR.fullmatch(text):
        text = found["address"].strip()
    match = SCHEME.match(text)
    return (match["scheme"].lower(), text[match.end() :].strip()) if match else ("", text)


def _sip(rest: str, scheme: str) -> Address | None:
    """Read user@host, or the user of a sip: address without a host; None for what has neither."""
    user, at, place = rest.rpartition("@")
    if not at:
        user, place = (rest, "") if scheme else ("", "")
    parameters = user.partition(";")[2]
    user = unquote(re.split("[;?]", user)[0]).split(":")[0].strip()
    host = _host(re.split("[;?/]", place)[0].strip())
    if not user or not _USER.fullmatch(user) or host is None or (at and not host):
        return None
    number = _number_as_user(user, host, bare=not at, is_phone="user=phone" in f"{place};{parameters}".lower())
    return Address(number=number) if number else Address(user=user, host=host)


def _host(text: str) -> str | None:
    """Return a host without its port, in lower case; None for what is none."""
    if not text:
        return ""
    name, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        name = text
    elif not port.isdigit():
        return None
    return name.lower().rstrip(".") if _HOST.fullmatch(name) else None


def _number_as_user(user: str, host: str, *, bare: bool, is_phone: bool) -> str:
    """Return the number that a SIP user is; empty for a user who is none.

    With + it is one at any host. Digits alone are one at the provider's hosts and at a trunk's IP address, where they
    make a valid number; at a PBX's own name they are that PBX's extension.
    """
    if re.fullmatch(r"\+[\d.()-]{7,20}", user):
        return _in_words_or_none(user)
    digits = re.sub(r"[.()-]", "", user)
    trusted = bare or is_phone or bool(_PROVIDER.fullmatch(host)) or _is_ip(host)
    return valid_number(digits) if trusted else ""


def _in_words_or_none(text: str) -> str:
    try:
        return read_number(text).number
    except InvalidAddress:
        return ""


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _looks_like_number(text: str) -> bool:
    return bool(re.match(r"\+?[\d\s().-]{6,}", text)) and "ext" in text.lower()


def _phone_context(text: str) -> str:
    """Return a tel: number with the country code that its phone-context gives it (RFC 3966, 5.1.5)."""
    number, _, parameters = text.partition(";")
    context = re.search(r"phone-context=(\+\d+)", parameters)
    number = unquote(number)
    return f"{context[1]}{number}" if context and not number.startswith("+") else number
