"""Says in plain words why something was not done, or that nobody knows whether it was."""

from dataclasses import dataclass
from typing import Final

from conferences.telnyx.errors import RateLimited, Refused, TelnyxError, Unavailable
from conferences.telnyx.explanations.account_codes import meaning
from conferences.telnyx.explanations.call_refusals import CALL_REFUSALS
from conferences.telnyx.explanations.refusals import Refusal
from conferences.telnyx.explanations.request_refusals import REQUEST_REFUSALS
from conferences.telnyx.rules import InvalidCommand

REFUSALS: Final = (*REQUEST_REFUSALS, *CALL_REFUSALS)
# What a status means when the answer names no code we know: the provider's own words follow where there are any.
_BY_STATUS: Final = {
    401: (
        "Telnyx did not let us in. Your administrator has to mend this.",
        "check TELNYX_API_KEY, and that nothing between this server and the provider asks for a password.",
    ),
    403: (
        "The phone provider does not allow this. Please tell your administrator.",
        "check the key's permissions, the account's state, and whether a firewall answered in the provider's place.",
    ),
    404: (
        "The phone provider could not find this.",
        "check TELNYX_BASE_URL: it ends in /v2, and names the region of the account.",
    ),
}
UNKNOWN_OUTCOME: Final = (
    "There is no answer from the provider; the outcome is unknown. The screen will show it as soon as we know."
)
_ANY_STATUS: Final = (
    "The phone provider refused this.",
    "check the provider's page of error codes for it, and the command in the audit.",
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A failure for two readers. `field` is the request's field it is about; a `race` is no fault of anybody's."""

    supervisor: str
    administrator: str
    field: str | None = None
    race: bool = False


def explain(error: TelnyxError | InvalidCommand, *, action: str = "") -> Explanation:
    """Return the sentences for `error`. With a `action`, such as "Whisper", the supervisor's begins with it.

    Refusals are told apart by (status, code), and by their words where the provider uses one code for two things; a
    code nobody has described is shown with its title and detail.
    """
    explanation = _explain(error)
    if not action:
        return explanation
    supervisor = f"{action[:1].upper()}{action[1:]}: {explanation.supervisor}"
    return Explanation(supervisor, explanation.administrator, explanation.field, explanation.race)


def _explain(error: TelnyxError | InvalidCommand) -> Explanation:
    if isinstance(error, InvalidCommand):
        return Explanation(error.sentence, f"Not sent. Check {error.field}: {error.sentence}", error.field)
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, RateLimited):
        return _rate_limited(error)
    if isinstance(error, Unavailable):
        return _unavailable(error)
    return Explanation("Something went wrong. Please tell your administrator.", f"Check the log: {error}")


def _refused(error: Refused) -> Explanation:
    refusal = _refusal(error)
    field = _field(error.pointer)
    known = meaning(error.account_code)
    if known is not None:
        return Explanation(known.supervisor, f"{_name(error)}: {known.administrator}", field)
    if refusal is None:
        return _unknown(error, field)
    field = field or refusal.field
    administrator = refusal.administrator.replace("{field}", field or "a field")
    said = f" It says: {_words(error)}." if error.account_code and _words(error) else ""
    return Explanation(refusal.supervisor, f"{_name(error)}: {administrator}{said}", field, refusal.race)


def _refusal(error: Refused) -> Refusal | None:
    """Statuses are partly inferred by the provider's own pages: a code with one meaning has it with any status."""
    said = f"{error.title} {error.detail}".lower()
    meanings = [refusal for refusal in REFUSALS if refusal.code == error.code]
    told = [refusal for refusal in meanings if refusal.says and refusal.says.lower() in said]
    same_status = [refusal for refusal in meanings if refusal.status == str(error.status)]
    fitting = told or same_status or meanings
    return fitting[0] if len(fitting) == 1 else None


def _unknown(error: Refused, field: str | None) -> Explanation:
    supervisor, check = _BY_STATUS.get(error.status, _ANY_STATUS)
    said, name = _words(error), _name(error)
    if not said:
        return Explanation(supervisor, f"{name}: {check}", field)
    return Explanation(f"{supervisor} It says: {said}.", f"{name}: {said}. Please {check}", field)


def _words(error: Refused) -> str:
    return ". ".join(part.rstrip(".") for part in (error.title, error.detail) if part)


def _name(error: Refused) -> str:
    """How an administrator finds it in the provider's pages, or can quote it to its support."""
    name = f"{error.status}/{error.code}" if error.code else f"HTTP {error.status}"
    return f"{name} {error.account_code}".strip()


def _field(pointer: str | None) -> str | None:
    """A JSON pointer into a list still means the list's field; a query parameter comes without a slash."""
    name = (pointer or "").removeprefix("/").partition("/")[0]
    return name.replace("~1", "/").replace("~0", "~") or None


def _rate_limited(error: RateLimited) -> Explanation:
    seconds = "a moment" if error.retry_after is None else f"{max(1, round(error.retry_after))} s"
    return Explanation(
        f"We are asking the phone provider too much at once. Please wait {seconds} and try again.",
        f"429 after {error.sends} sends: the account's rate limit is reached. Check what else uses this key.",
    )


def _unavailable(error: Unavailable) -> Explanation:
    check = f"{error.reason} after {error.sends} sends. Check the network and the provider's status page"
    if not error.reached:
        return Explanation("The phone provider could not be reached. Nothing was done; please try again.", f"{check}.")
    return Explanation(UNKNOWN_OUTCOME, f"{check}; the next read-back of the conference settles what was done.")
