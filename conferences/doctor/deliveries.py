"""Webhooks: whether they arrive, and what the provider says of those that did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from conferences.clock import age_text
from conferences.doctor.findings import Finding, error, ok, warning

LOOK_BACK: Final = timedelta(hours=24)
NEGLECTED: Final = timedelta(minutes=5)
MOST: Final = 1000
NO_ANSWER: Final = "no answer"
_MEND: Final = {
    "400": "TELNYX_PUBLIC_KEY is not the account's key, or this server's clock is off by minutes.",
    "404": "The URL is not the webhook's.",
    "405": "The URL is not the webhook's, or the provider sends GET.",
    "413": "Something in front of this server allows smaller bodies than 256 KB.",
    "502": "The proxy in front of this server could not reach it.",
    "503": "The database could not be written; the log says why.",
    "504": "The proxy in front of this server waited in vain for it.",
    NO_ANSWER: "The provider could not connect, or waited too long: check firewall, certificate and load.",
}


def arrived(last_heard: datetime | None, now: datetime) -> Finding:
    """Say when the last webhook came."""
    if last_heard is None:
        fix = "Make a call through the application; if none arrives then, the findings above and below say why."
        return warning("Webhooks", "None has arrived so far.", fix)
    return ok("Webhooks", f"The last one came {age_text(now - last_heard, most=120)} ago.")


def turned_away(lately: Sequence[str], in_old_format: int) -> Finding:
    """Say what the door turned away or could not use within the last hour."""
    subject = "Refused webhooks"
    if in_old_format:
        message = f"{_sentence(lately)} Nothing can be read from webhook API version 1."
        return error(subject, message, "Set API version 2 in the provider's portal, under Voice, your application.")
    if lately:
        return warning(subject, _sentence(lately), f"{_MEND['400']} Or somebody else knocks at this address.")
    return ok(subject, "None in the last hour.")


def _sentence(phrases: Sequence[str]) -> str:
    return f"In the last hour: {'; '.join(phrases)}."


def parked(count: int) -> Finding:
    """Say how many facts a mistake of ours keeps from counting."""
    if not count:
        return ok("Facts", "None is parked.")
    what = "1 is" if count == 1 else f"{count} are"
    fix = "Look at the trace under Facts in the admin; once it is mended, run `manage.py replay_facts`."
    return error("Facts", f"{what} parked: a mistake of ours keeps them from counting.", fix, "parked")


def looked_through(until: datetime | None, now: datetime) -> Finding:
    """Say when `manage.py reconcile` last compared the provider's records with ours: it is what repairs lost webhooks.

    The provider keeps them for a day only.
    """
    if until is not None and now - until < NEGLECTED:
        return ok("Reconciling", f"The provider's records were looked through {age_text(now - until, most=120)} ago.")
    never, last = "have never been looked through", "were last looked through"
    looked = never if until is None else f"{last} {age_text(now - until, most=120)} ago"
    fix = "Keep `manage.py reconcile` running beside the server; without it a lost webhook is never noticed."
    return warning("Reconciling", f"The provider's records {looked}.", fix)


def examine(deliveries: Iterable[Mapping[str, Any]], url: str, last_heard: datetime | None) -> Finding:
    """Say how many deliveries to `url` failed, and with what (Telnyx docs: List webhook deliveries).

    It is an error when none has arrived since the latest that failed. Reads a thousand deliveries at most.
    """
    failed = [attempt for one in islice(deliveries, MOST) if (attempt := _last_attempt(one, url)) is not None]
    if not failed:
        return ok("Deliveries", "The provider knows of none that failed in the last 24 hours.")
    counts = Counter(_status(attempt) for attempt in failed)
    told = ", ".join(f"{status} ({count}×)" for status, count in counts.most_common())
    at_least = "At least " if len(failed) == MOST else ""
    message = f"{at_least}{len(failed)} failed in the last 24 hours: {told}."
    fix = " ".join(dict.fromkeys(_hint(status) for status, _ in counts.most_common()))
    latest = max((moment for attempt in failed if (moment := _moment(attempt)) is not None), default=None)
    if last_heard is None or (latest is not None and last_heard < latest):
        return error("Deliveries", f"{message} None has arrived since.", fix)
    return warning("Deliveries", f"{message} Others have arrived since.", fix)


def _last_attempt(delivery: Mapping[str, Any], url: str) -> Mapping[str, Any] | None:
    """The latest of the attempts at our address; None where there is none, as for another product's webhook."""
    attempts = [one for one in delivery.get("attempts") or [] if _of(one, "http", "request", "url") == url]
    return max(attempts, key=lambda one: str(one.get("started_at")), default=None)


def _status(attempt: Mapping[str, Any]) -> str:
    status = _of(attempt, "http", "response", "status")
    return str(status) if status else NO_ANSWER


def _hint(status: str) -> str:
    if status.startswith("3"):
        return "The URL redirects: give the provider the address it leads to."
    return _MEND.get(status, f"Look in this server's log for what it answered with {status}.")


def _of(record: Any, *names: str) -> Any:
    for name in names:
        record = record.get(name) if isinstance(record, Mapping) else None
    return record


def _moment(attempt: Mapping[str, Any]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(attempt.get("started_at")))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
