"""The settings that open doors: keys, caller id, and the provider's word on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from conferences import checks, provider
from conferences.doctor.findings import Finding, error, ok, warning
from conferences.telnyx.errors import RateLimited, Refused, TelnyxError, Unavailable
from conferences.telnyx.explanations.sentences import explain
from conferences.telnyx.rules import InvalidCommand, check_number


def public_key() -> Finding:
    """Judge the key or keys that webhooks are verified with."""
    if problem := checks.public_key_problem():
        fix = "Copy it from the provider's portal: Keys & Credentials, Public Key. Until then no webhook is accepted."
        return error("Public key", problem, fix)
    count = len(provider.public_keys(settings.TELNYX_PUBLIC_KEY))
    return ok("Public key", "One." if count == 1 else f"{count}: a webhook may be signed by any of them.")


def caller_id() -> Finding:
    """Judge the number that supervisors' phones show."""
    try:
        check_number("from", settings.TELNYX_CALLER_ID)
    except InvalidCommand:
        message = "TELNYX_CALLER_ID is empty or not in E.164 form: no supervisor's phone can be dialled."
        return error(
            "Caller id", message, "Give one of your numbers at the provider with + and country code, unspaced."
        )
    return ok("Caller id", "In E.164 form.")


def api_key() -> Finding:
    """Ask the provider something light, and judge whether it takes our key."""
    if problem := checks.api_key_problem():
        return error("API key", problem, "Copy it from the provider's portal: Keys & Credentials, API Keys.")
    try:
        next(provider.client().conferences(), None)
    except TelnyxError as failure:
        return trouble("API key", failure)
    return ok("API key", "The provider takes it.")


def application() -> tuple[Finding | None, Mapping[str, Any]]:
    """Return the application's record at the provider, or what keeps us from it."""
    subject, fix = "Application", "Set TELNYX_CONNECTION_ID to the id of the Call Control application."
    if not settings.TELNYX_CONNECTION_ID:
        return error(subject, "TELNYX_CONNECTION_ID is empty: no supervisor's phone can be dialled.", fix), {}
    try:
        return None, provider.client().application(settings.TELNYX_CONNECTION_ID)
    except Refused as refused:
        if refused.status != 404:
            return trouble(subject, refused), {}
        return error(subject, "The provider knows no Call Control application of this id.", fix), {}
    except TelnyxError as failure:
        return trouble(subject, failure), {}


def trouble(subject: str, failure: TelnyxError) -> Finding:
    """Say that the provider did not tell what was asked, and why."""
    told = explain(failure).administrator
    if isinstance(failure, Unavailable):
        message = f"The provider at {settings.TELNYX_BASE_URL} gave no clear answer."
        return error(subject, message, f"{told[:1].upper()}{told[1:]}")
    if isinstance(failure, RateLimited):
        return warning(subject, "The provider is being asked too much to say.", told)
    return error(subject, "The provider refused us.", told)
