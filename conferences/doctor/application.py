"""The Call Control application at the provider: whether it lets us see calls, and leaves them alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http.request import validate_host

from conferences.doctor.findings import Finding, error, ok, warning

# The provider asks for an answer within two seconds (Telnyx docs: Receiving webhooks).
SHORTEST_TIMEOUT = 2
_PORTAL = "in the provider's portal, under Voice, Programmable Voice, your application"


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where webhooks reach us: the path, the hosts we answer to, and the scheme://host of each page of ours.

    `from_afar`: whether the provider is on another machine, and so needs an address that is valid there.
    `is_used`: whether webhooks have been arriving lately, by whatever way.
    """

    path: str
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    from_afar: bool
    is_used: bool

    def leads_here(self, url: str) -> bool:
        """Return whether the address is that of our webhook."""
        return self.is_path(url) and self.is_ours(url)

    def is_path(self, url: str) -> bool:
        """Return whether the address names our webhook's path, with its last slash or without."""
        return urlsplit(url).path.rstrip("/") == self.path.rstrip("/")

    def is_ours(self, url: str) -> bool:
        """Return whether the address is on a host of ours."""
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" in self.origins or validate_host(parts.hostname or "", self.hosts)


def examine(record: Mapping[str, Any], door: WebhookEndpoint) -> Iterator[Finding]:
    """Yield what an application's record tells (Telnyx docs: Retrieve a call control application)."""
    yield _active(record)
    if "inbound" in record:
        yield _inbound(record["inbound"])
    if "outbound" in record:  # one that tells nothing of it proves nothing
        yield _outbound(record["outbound"])
    yield _version(record)
    yield _webhook_url(str(record.get("webhook_event_url") or ""), door)
    yield _failover(str(record.get("webhook_event_failover_url") or ""), door)
    yield _timeout(record.get("webhook_timeout_secs"))
    yield _hangup_on_timeout(record)


def _active(record: Mapping[str, Any]) -> Finding:
    if record.get("active") is False:
        fix = f"Switch it on {_PORTAL}."
        return error("Application", "It is switched off: the provider sends nothing and dials nobody for it.", fix)
    return ok("Application", f"{record.get('application_name') or 'It'} is there and active.")


def _inbound(inbound: object) -> Finding:
    """Whether SIP calls of strangers reach the application (Telnyx docs: Retrieve a call control application)."""
    subject = "SIP calls"
    told = inbound if isinstance(inbound, Mapping) else {}
    if told.get("sip_subdomain") and told.get("sip_subdomain_receive_settings") != "only_my_connections":
        message = f"Anybody can call {told['sip_subdomain']}.sip.telnyx.com and show any SIP address."
        fix = f"Unless strangers are to call by SIP, choose to receive from your own connections only, {_PORTAL}."
        return warning(subject, message, fix)
    return ok(subject, "None of a stranger's reach the application.")


def _outbound(outbound: object) -> Finding:
    """Without one every dial is refused with D38, often only after a 200 (Telnyx docs: Outbound voice profiles)."""
    subject = "Outbound voice profile"
    profile = outbound.get("outbound_voice_profile_id") if isinstance(outbound, Mapping) else None
    if not profile:
        message = "The application has none, so no supervisor's phone can be called."
        return error(subject, message, f"Assign one that allows your supervisors' countries {_PORTAL}, Outbound.")
    return ok(subject, f"{profile} is assigned.")


def _version(record: Mapping[str, Any]) -> Finding:
    version = record.get("webhook_api_version")
    if version != "2":
        message = f"The application sends webhooks of version {version or '1'}, which Earshot does not read."
        return error("Webhook version", message, f"Choose API v2 for its webhooks {_PORTAL}.")
    return ok("Webhook version", "API v2.")


def _webhook_url(url: str, door: WebhookEndpoint) -> Finding:
    subject = "Webhook URL"
    if not url:
        return error(subject, "The application has none, so no call can be seen.", _right_address(door))
    if not door.is_ours(url):
        return _elsewhere(url, door)
    if not door.is_path(url):
        return error(subject, f"{url} is on a host of ours, but it is not the webhook's path.", _right_address(door))
    if door.from_afar and is_local(url):
        message = f"{url} means the provider's own machine to the provider: no webhook can arrive."
        return error(subject, message, "Give an address that the internet can reach, or a tunnel's.")
    if door.from_afar and urlsplit(url).scheme != "https":
        message = f"{url} is not encrypted: callers' numbers can be read on their way."
        return warning(subject, message, f"Change it to https:// {_PORTAL}.")
    return ok(subject, f"{url} leads here.")


def _elsewhere(url: str, door: WebhookEndpoint) -> Finding:
    message = f"The provider sends webhooks to {url}, which is no address of ours."
    if door.is_used:
        fix = "If that program passes them on, body and signature headers unchanged, all is well."
        return warning("Webhook URL", f"{message} Yet they have been arriving.", fix)
    return error("Webhook URL", message, f"{_right_address(door)} Or let that program pass them on, headers included.")


def _right_address(door: WebhookEndpoint) -> str:
    origin = next(iter(door.origins), "https://your.host")
    return f"Set it to {origin}{door.path} {_PORTAL}. If that host is not ours, add ours to ALLOWED_HOSTS."


def _failover(url: str, door: WebhookEndpoint) -> Finding:
    subject = "Failover URL"
    if url and not door.leads_here(url):
        message = f"What cannot be delivered here goes to {url}, and Earshot never sees it."
        return warning(subject, message, "Let it lead here too, or leave it empty: reading back fills the gap.")
    return ok(subject, "It leads here too." if url else "None; reading back fills a gap.")


def _timeout(seconds: object) -> Finding:
    subject = "Webhook timeout"
    if isinstance(seconds, int) and seconds < SHORTEST_TIMEOUT:
        message = f"The provider waits only {seconds} s for our answer, and sends again what was under way."
        return warning(subject, message, f"Set it to {SHORTEST_TIMEOUT} s or more {_PORTAL}.")
    return ok(subject, "As the provider has it by itself." if seconds is None else f"{seconds} s.")


def _hangup_on_timeout(record: Mapping[str, Any]) -> Finding:
    """The portal's hang-up on timeout (Telnyx docs: Retrieve a call control application, first_command_timeout)."""
    subject = "Hang-up on timeout"
    if record.get("first_command_timeout") is True:
        seconds = record.get("first_command_timeout_secs", 30)
        message = f"A caller is hung up on when no program commands the call within {seconds} s. Earshot never does."
        fix = f"Switch it off {_PORTAL}, unless another program surely answers each call in time."
        return warning(subject, message, fix)
    return ok(subject, "Off: a slow answer ends nobody's call.")


def is_local(url: str) -> bool:
    """Return whether the address means something only near the machine that uses it."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host
