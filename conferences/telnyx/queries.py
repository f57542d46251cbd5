"""What the provider can be asked, over the one set of connections that commands share."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from conferences.telnyx import rules
from conferences.telnyx.connection.health import ProviderHealth
from conferences.telnyx.connection.paging import Fetch, cursor_pages, is_page, numbered_pages
from conferences.telnyx.connection.rate_limit import CommandIds, RateLimiter
from conferences.telnyx.connection.retry import Readable, RequestSpec, RetryingSender
from conferences.telnyx.connection.too_early import Patience
from conferences.telnyx.connection.transport import DeadlineTransport

BASE_URL: Final = "https://api.telnyx.com/v2"
READ_SECONDS: Final = 10.0
_WAIT_SECONDS: Final = 2.0
_READ_SENDS: Final = 2
_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Content-Type": "application/json",
    "User-Agent": "earshot",
}


class Readings:
    """The provider's records for one key. Every method raises Refused, RateLimited or Unavailable."""

    def __init__(
        self,
        api_key: str,
        base_url: str = BASE_URL,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not rules.is_sendable_key(api_key):
            raise ValueError("The API key must be plain characters without spaces or line ends.")
        self._base_url = base_url
        self._clock = clock
        self._limiter = RateLimiter(clock, sleep)
        self._ids = CommandIds(clock)
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}", **_HEADERS},
            timeout=_WAIT_SECONDS,
            follow_redirects=False,
            trust_env=False,
            transport=transport or DeadlineTransport(clock),
        )
        self._sender = RetryingSender(self._http, self._limiter, clock, sleep)
        self._patience = Patience(clock, sleep)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._base_url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def health(self) -> ProviderHealth:
        """Whether the provider takes our key, and how far its clock is from ours, by its latest answers."""
        return self._sender.health

    def conference(
        self, conference_id: str, region: str | None = None, *, seconds: float = READ_SECONDS
    ) -> dict[str, Any]:
        """Return one conference by id, ended or not; what has not come after `seconds` is Unavailable."""
        return self._read_one(f"/conferences/{segment('conference_id', conference_id)}", _region(region), seconds)

    def conferences(self, status: str = "in_progress", region: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the account's conferences of one status; one region at a time where there are several."""
        return numbered_pages(self._pages("/conferences", {"filter[status]": status} | _region(region)))

    def participants(self, conference_id: str, region: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield a conference's participants. Raises part-way rather than end early: who is missing has left."""
        path = f"/conferences/{segment('conference_id', conference_id)}/participants"
        return numbered_pages(self._pages(path, _region(region)))

    def call(self, call_control_id: str) -> dict[str, Any]:
        """Return one leg's state; the provider keeps it for ten minutes after its end, and then refuses."""
        return self._read_one(f"/calls/{segment('call_control_id', call_control_id)}")

    def active_calls(self, connection_id: str) -> Iterator[dict[str, Any]]:
        """Yield the legs that are up on one application (paged by cursor, Telnyx docs: List active calls)."""
        return cursor_pages(self._pages(f"/connections/{segment('connection_id', connection_id)}/active_calls"))

    def webhook_deliveries(
        self, since: datetime, *, until: datetime | None = None, status: str = "failed", event_type: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the provider's attempts to reach us that began from `since` to `until` (aware), with their events."""
        params = {"filter[status][eq]": status, "filter[started_at][gte]": _stamp(since)}
        params |= _given("filter[started_at][lte]", _stamp(until) if until else None)
        return numbered_pages(self._pages("/webhook_deliveries", params | _given("filter[event_type]", event_type)))

    def call_events(
        self,
        since: datetime,
        *,
        until: datetime | None = None,
        connection_id: str | None = None,
        leg_id: str | None = None,
        kind: str = "webhook",
    ) -> Iterator[dict[str, Any]]:
        """Yield what the provider recorded from `since` to `until` (aware); kept for 24 hours.

        `kind` may also be "command".
        """
        params = {"filter[type]": kind, "filter[occurred_at][gte]": _stamp(since)}
        params |= _given("filter[occurred_at][lte]", _stamp(until) if until else None)
        params |= _given("filter[connection_id]", connection_id) | _given("filter[leg_id]", leg_id)
        return numbered_pages(self._pages("/call_events", params))

    def application(self, connection_id: str) -> dict[str, Any]:
        """Return one Call Control application: its webhook addresses, timeout and whether it hangs up on timeouts."""
        return self._read_one(f"/call_control_applications/{segment('connection_id', connection_id)}")

    def is_registered(self, username: str, credential_type: str, *, seconds: float) -> bool | None:
        """Return whether a phone is signed in with this SIP user; None when the record does not say.

        `credential_type` is telephony_credential or sip_credential_connection (Telnyx SDK: sip_registration_status,
        which shows the record without `data` around it).
        """
        params = {"credential_type": credential_type, "username": username}
        document = self._read("/sip_registration_status", params, _is_any, seconds)
        data = document.get("data")
        registered = (data if isinstance(data, dict) else document).get("registered")
        return registered if isinstance(registered, bool) else None

    def _read(
        self, path: str, params: Mapping[str, str], readable: Readable, seconds: float = READ_SECONDS
    ) -> Mapping[str, Any]:
        until = self._clock() + seconds
        self._limiter.wait_for_read(until)
        question = RequestSpec("GET", path, readable, params=params, sends=_READ_SENDS)
        return self._sender.ask(question, until).document

    def _read_one(
        self, path: str, params: Mapping[str, str] | None = None, seconds: float = READ_SECONDS
    ) -> dict[str, Any]:
        data: dict[str, Any] = self._read(path, params or {}, is_object, seconds)["data"]
        return data

    def _pages(self, path: str, params: Mapping[str, str] | None = None) -> Fetch:
        return lambda page: self._read(path, {**(params or {}), **page}, is_page)


def segment(field_name: str, value: str) -> str:
    """Escape an id or a name as one part of a path; ':' and '=' stay, '/' and spaces do not."""
    if value in {"", ".", ".."}:
        raise rules.InvalidCommand(field_name, "An id is needed.")
    return quote(value, safe="!$&'()*+,;=:@")


def _region(region: str | None) -> dict[str, str]:
    rules.check_region(region)
    return _given("region", region)


def _given(name: str, value: str | None) -> dict[str, str]:
    return {} if value is None else {name: str(value)}


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _is_any(document: Mapping[str, Any]) -> bool:
    return True


def is_object(document: Mapping[str, Any]) -> bool:
    return isinstance(document.get("data"), dict)
