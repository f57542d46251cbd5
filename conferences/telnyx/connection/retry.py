"""Sends one request until the provider has clearly answered, within so many sends and so many seconds."""

import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson

from conferences.telnyx import codes
from conferences.telnyx.connection.health import ProviderHealth
from conferences.telnyx.connection.rate_limit import RateLimiter, back_off, pause, retry_after
from conferences.telnyx.connection.transport import DEADLINE, URGENT
from conferences.telnyx.errors import (
    RateLimited,
    Refused,
    TelnyxError,
    Unavailable,
    read_account_code,
    read_errors,
    says_no,
)

_ONE_SEND_SECONDS: Final = 6.0
_URGENT_SECONDS: Final = 0.5
_LONGEST_ANSWER: Final = 8 * 2**20

# Once an earlier send may have been carried out, a refusal of a later one proves nothing about it, except where it
# holds for the very same request at any time (a bad field), or where the call or the conference is over anyway. That
# a command_id was used before may itself be told as an error (undocumented): "Bad Request" (10015) holds for nothing.
_HOLDS_FOR_EARLIER_SENDS: Final = frozenset(
    {
        codes.FIELD_MISSING,
        codes.NOT_FOUND,
        codes.INVALID_ID,
        codes.NOT_FOUND_OR_UNEXPECTED,
        codes.NOT_E164,
        codes.INVALID_JSON,
        codes.WRONG_TYPE,
        codes.NOT_IN_LIST,
        codes.OUT_OF_RANGE,
        codes.NO_SUCH_LEG,
        codes.CLIENT_STATE_NOT_BASE64,
        codes.LEG_ENDED,
        codes.CONFERENCE_ENDED,
        codes.INVALID_TIMEOUT,
        codes.NOT_ANSWERED_YET,
        codes.NO_SUCH_CONFERENCE,
    }
)
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

Readable = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """One request, what makes an answer to it readable, and how hard to try.

    `already_done` is the code of a refusal that, after a send whose outcome is unknown, means that send was carried
    out. `before` is the refusal of the same command under another command_id: its sends count. One that is urgent
    does not sit out a rate limit: while it waited, somebody would go on being heard.
    """

    method: str
    path: str
    readable: Readable
    content: bytes | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    sends: int = 3
    already_done: str | None = None
    before: Refused | None = None
    urgent: bool = False

    @property
    def acts(self) -> bool:
        """Whether sending it changes anything; a read whose answer is lost was never in doubt."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Response:
    """A clear answer: its status, the JSON object it held, and how often the question was sent."""

    status: int
    sends: int
    document: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What came of one send. Without a status no complete answer came."""

    trouble: str
    status: int | None = None
    document: Mapping[str, Any] | None = None
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    maybe_done: bool = True

    @property
    def refused(self) -> bool:
        """A 408 only says the provider did not wait for us any longer, and a 429 to come back later."""
        if self.status is None or self.status in {408, 429}:
            return False
        return 400 <= self.status < 500 or (self.status < 300 and says_no(self.document))


class RetryingSender:
    """Asks questions over one httpx.Client. Thread-safe; `clock` and `sleep` are in seconds."""

    def __init__(
        self, http: httpx.Client, gate: RateLimiter, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._http = http
        self._limiter = gate
        self._clock = clock
        self._sleep = sleep
        self.health = ProviderHealth()

    def ask(self, question: RequestSpec, until: float) -> Response:
        """Return the clear answer, or raise Refused, RateLimited or Unavailable, before `until` is past.

        The sends in it are all there were, those before this question included.
        """
        before = question.before
        maybe_done, sent = (before.after_a_loss, before.sends) if before else (False, 0)
        for sends in range(sent + 1, sent + question.sends + 1):
            reading = self._send(question, until)
            if reading.status and not reading.trouble:
                return Response(reading.status, sends, reading.document or {})
            if reading.refused:
                return _resolve_refusal(question, reading, sends, maybe_done)
            maybe_done = maybe_done or (question.acts and reading.maybe_done)
            if sends == sent + question.sends or not self._wait_before_retry(question, reading, sends, until):
                break
        raise _failure(reading, sends, maybe_done)

    def _wait_before_retry(self, question: RequestSpec, reading: _Attempt, sends: int, until: float) -> bool:
        """Return False, without waiting, when no time would be left to send again."""
        seconds = pause(sends)
        if reading.status == 429:
            asked = retry_after(reading.headers)
            seconds += back_off(sends) if asked is None else asked
            self._limiter.limit(seconds)
        if self._clock() + seconds >= until:
            return False
        self._sleep(min(seconds, _URGENT_SECONDS) if question.urgent else seconds)
        return True

    def _send(self, question: RequestSpec, until: float) -> _Attempt:
        deadline = min(until, self._clock() + _ONE_SEND_SECONDS)
        request = self._http.build_request(
            question.method,
            question.path,
            params=question.params or None,
            content=question.content,
            extensions={DEADLINE: deadline, URGENT: question.urgent},
        )
        try:
            with closing(self._http.send(request, stream=True)) as response:
                self._limiter.observe(response.headers)
                self.health.observe(response)
                return _read(question, response, self._content(response, deadline))
        except httpx.RequestError as error:
            return _Attempt(_words_for(error), maybe_done=not isinstance(error, _NEVER_SENT))

    def _content(self, response: httpx.Response, deadline: float) -> bytes:
        """An answer that is whole when it comes is worth reading however late; one that still drips is not."""
        content, late = bytearray(), False
        for chunk in response.iter_bytes():
            if late:
                raise httpx.ReadTimeout("The answer takes too long.")
            content += chunk
            if len(content) > _LONGEST_ANSWER:
                raise httpx.DecodingError("The answer is too long.")
            late = self._clock() > deadline
        return bytes(content)


def _read(question: RequestSpec, response: httpx.Response, content: bytes) -> _Attempt:
    document = _json_object(content)
    status, headers = response.status_code, response.headers
    if not 200 <= status < 300:
        return _Attempt(f"HTTP {status}", status, document, headers, maybe_done=status != 429)
    if says_no(document):
        return _Attempt(f"HTTP {status} with errors", status, document, headers)
    trouble = "" if document is not None and question.readable(document) else "unreadable answer"
    return _Attempt(trouble, status, document, headers)


def _json_object(content: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _resolve_refusal(question: RequestSpec, reading: _Attempt, sends: int, maybe_done: bool) -> Response:
    status = reading.status or 0
    told = reading.document
    refused = Refused(
        status,
        read_errors(told),
        sends=sends,
        account_code=read_account_code(told),
        after_a_loss=maybe_done,
    )
    if not maybe_done:
        raise refused
    if refused.code == question.already_done:
        return Response(status, sends, {"data": {}})
    if refused.code in _HOLDS_FOR_EARLIER_SENDS and refused.pointer != "/command_id":
        raise refused
    raise Unavailable(reading.trouble, sends=sends, status=status)


def _failure(reading: _Attempt, sends: int, maybe_done: bool) -> TelnyxError:
    if reading.status == 429 and not maybe_done:
        return RateLimited(retry_after(reading.headers), sends=sends)
    return Unavailable(reading.trouble, sends=sends, status=reading.status, reached=maybe_done)


def _words_for(error: httpx.RequestError) -> str:
    """httpx's own texts are not shown: they may quote a header, and so the key."""
    causes = _causes(error)
    words: tuple[tuple[type[BaseException], str], ...] = (
        (httpx.TimeoutException, "timeout"),
        (httpx.DecodingError, "unreadable answer"),
        (ConnectionRefusedError, "connection refused"),
        (socket.gaierror, "host not found"),
        (ssl.SSLError, "no secure connection"),
        (httpx.ConnectError, "no connection"),
    )
    return next((word for kind, word in words if any(isinstance(cause, kind) for cause in causes)), "connection lost")


def _causes(error: BaseException) -> list[BaseException]:
    causes = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    return causes
