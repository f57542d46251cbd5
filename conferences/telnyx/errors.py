"""The ways a request to the provider fails, named by what the caller can do about it.

TelnyxError
├── Refused       the provider said no: it was not done; tell whoever asked why
├── RateLimited   too much was asked at once: it was not done; later it may be
└── Unavailable   no clear answer after every send: it may have been done; read back before believing either

Beside the tree stands InvalidCommand, a ValueError of the rules module: a command no provider should ever see.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

_MAX_TEXT: Final = 500
_ACCOUNT_CODE: Final = re.compile(r"\bD[0-9]{1,4}\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class ApiError:
    """One entry of the provider's `errors`, as given; `pointer` names a field or a query parameter of the request.

    Its repr shows the code alone: titles and details may quote the caller's telephone number.
    """

    code: str
    title: str = field(default="", repr=False)
    detail: str = field(default="", repr=False)
    pointer: str | None = field(default=None, repr=False)


class TelnyxError(Exception):
    """Any failure to get something done by the provider. Its text never holds keys, legs or telephone numbers."""


class Refused(TelnyxError):
    """The provider said no, with a 4xx or with errors in a 2xx, to the last of `sends`: it was not done.

    `account_code` is the provider's code for what its own set-up forbids, such as D38, empty where it gave none.
    `after_a_loss`: an earlier one of the sends got no answer.
    """

    def __init__(
        self,
        status: int,
        errors: Sequence[ApiError] = (),
        *,
        sends: int = 1,
        account_code: str = "",
        after_a_loss: bool = False,
    ) -> None:
        self.status = status
        self.sends = sends
        self.errors = tuple(errors)
        self.account_code = account_code
        self.after_a_loss = after_a_loss
        codes = " ".join(error.code for error in self.errors if error.code.isdigit())
        super().__init__(f"The provider refused: HTTP {status} {codes}".rstrip() + ".")

    @property
    def first(self) -> ApiError:
        """The first error, or an empty one when the answer named none."""
        return self.errors[0] if self.errors else ApiError("")

    @property
    def code(self) -> str:
        return self.first.code

    @property
    def title(self) -> str:
        return self.first.title

    @property
    def detail(self) -> str:
        return self.first.detail

    @property
    def pointer(self) -> str | None:
        return self.first.pointer


class RateLimited(TelnyxError):
    """It was not done because too much is being asked; `retry_after` is in seconds, None when nobody said.

    `status` is None when it was not even sent: the provider had asked for a pause that is not over.
    """

    def __init__(self, retry_after: float | None = None, *, sends: int = 0) -> None:
        self.retry_after = retry_after
        self.sends = sends
        self.status = 429 if sends else None
        super().__init__("The provider is being asked too much at once.")


class Unavailable(TelnyxError):
    """The outcome is unknown after all `sends`.

    `reason` is a few words ("timeout", "connection refused", "HTTP 502", "unreadable answer"), `status` the last
    answer's if there was one. `reached` is False when no send can have been carried out, as when nothing was ever
    connected: then, and only then, it is certain that nothing was done.
    """

    def __init__(self, reason: str, *, sends: int, status: int | None = None, reached: bool = True) -> None:
        self.reason = reason
        self.sends = sends
        self.status = status
        self.reached = reached
        super().__init__(f"No clear answer from the provider: {reason} (sends: {sends}).")


def read_errors(document: object) -> tuple[ApiError, ...]:
    """Return the errors an answer names, whatever its shape; none for a body that is not the provider's.

    Only `code` and `title` are promised (Telnyx docs: Join a conference), and one of the provider's services answers
    with an object instead of a list, which names no code and so counts for none.
    """
    entries = document.get("errors") if isinstance(document, Mapping) else None
    if not isinstance(entries, list):
        return ()
    return tuple(_read_error(entry) for entry in entries if isinstance(entry, Mapping))


def read_account_code(document: object) -> str:
    """Return the D code by which the provider says what of the account's set-up forbids a call; empty for none.

    It stands in `telnyx_error.error_code`, or only in an error's words, and either may be left out (seen in answers to
    Dial and in call.hangup; no page documents it).
    """
    trouble = document.get("telnyx_error") if isinstance(document, Mapping) else None
    named = trouble.get("error_code") if isinstance(trouble, Mapping) else None
    texts = [named.upper()] if isinstance(named, str) else []
    texts += [text for error in read_errors(document) for text in (error.code, error.detail, error.title)]
    found = (_ACCOUNT_CODE.search(text) for text in texts)
    return next((match[0] for match in found if match), "")


def says_no(document: object) -> bool:
    """Return whether an answer is a refusal whatever its status: errors may come with a 200, and beside `data`."""
    if not isinstance(document, Mapping):
        return False
    return bool(document.get("errors")) or bool(read_account_code(document))


def _read_error(entry: Mapping[str, object]) -> ApiError:
    source = entry.get("source")
    place = source if isinstance(source, Mapping) else {}
    return ApiError(
        code=_text(entry.get("code")),
        title=_text(entry.get("title")),
        detail=_text(entry.get("detail")),
        pointer=_text(place.get("pointer")) or _text(place.get("parameter")) or None,
    )


def _text(value: object) -> str:
    """Codes are documented as strings of digits; a number is read as the string it stands for."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value.replace("\0", "")[:_MAX_TEXT] if isinstance(value, str) else ""
