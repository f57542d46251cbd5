"""Who a request really comes from: the address in front of the center's own proxy, for axes and audit alike."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def see_through_proxies(get_response: GetResponse) -> GetResponse:
    """Put the client's own address into REMOTE_ADDR, whoever reads it later."""
    trusted = networks(settings.TRUSTED_PROXIES)

    def middleware(request: HttpRequest) -> HttpResponse:
        peer = request.META.get("REMOTE_ADDR") or ""
        request.META["REMOTE_ADDR"] = client_of(peer, request.headers.get("X-Forwarded-For", ""), trusted)
        return get_response(request)

    return middleware


def networks(texts: Iterable[str]) -> list[Network]:
    """Return the networks that these name. Raises ImproperlyConfigured, in a sentence, for what names none."""
    return [_network(text.strip()) for text in texts if text.strip()]


def client_of(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the address that a trusted proxy says it had the request from; `peer` itself where that is no proxy.

    Each proxy appends the address it sees, so the list is read from its end, as far as trusted proxies wrote it:
    what stands before that, the client may have made up.
    """
    said = [one.strip() for one in forwarded.split(",") if one.strip()]
    address = peer
    while said and is_trusted(address, trusted):
        if _read(said[-1]) is None:
            return address
        address = str(_read(said.pop()))
    return address


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Return whether an address is one of our own proxies'."""
    found = _read(address)
    return found is not None and any(found.version == one.version and found in one for one in trusted)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        said = f"TRUSTED_PROXIES: {text!r} is no address and no network, such as 10.0.0.0/8."
        raise ImproperlyConfigured(said) from None


def _read(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address with or without brackets and port; None for what is none."""
    host = text.partition("]")[0].lstrip("[") if text.startswith("[") else text
    host = host.rpartition(":")[0] if host.count(":") == 1 else host
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found
