"""In which of the provider's regions a conference is: found out once, and named in everything asked about it.

A conference of another region than the account's own may look missing unless its region is named (Telnyx docs:
Retrieve a conference); whether a question without one looks everywhere is undocumented, and a queue's policy may name a
wrong one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from conferences import provider
from conferences.ingest.readback_notes import note_region
from conferences.models import Conference
from conferences.telnyx import codes
from conferences.telnyx.errors import Refused, TelnyxError
from conferences.telnyx.rules import REGIONS

T = TypeVar("T")

# "No such conference" (Telnyx docs: API error codes); a 404 without such a code comes from somebody else on the way.
_NO_CONFERENCE: Final = (codes.NOT_FOUND, codes.NOT_FOUND_OR_UNEXPECTED, codes.NO_SUCH_CONFERENCE)
# For each look while a command waits.
_LOOK_SECONDS: Final = 2.0


def known(conference: Conference) -> str | None:
    """Return the region it was found in, where that had to be named; None otherwise."""
    return conference.found_region or None


def is_missing(error: Refused) -> bool:
    """Return whether the provider knows no such conference, as far as it looked."""
    return error.code in _NO_CONFERENCE


def find(conference: Conference) -> dict[str, Any] | None:
    """Return the provider's record of it from whichever region has it, and note that one; None when none has.

    Raises TelnyxError when the provider gave no clear answer.
    """
    for region in dict.fromkeys((known(conference), None, *REGIONS)):
        try:
            record = provider.client().conference(conference.conference_id, region)
        except Refused as error:
            if not is_missing(error):
                raise
        else:
            note_region(conference, region or "")
            return record
    return None


def look_for(conference: Conference, *, but: str | None) -> str | None:
    """Return the region other than `but` that has it when asked by name, and note that one; None when none says so."""
    for region in REGIONS:
        if region != but and _has(region, conference):
            note_region(conference, region)
            return region
    return None


def asking(conference: Conference, ask: Callable[[str | None], T]) -> T:
    """Return what `ask` returns for the region the conference is in; it is asked twice where that was not known yet.

    Raises what `ask` raises.
    """
    region = known(conference)
    try:
        return ask(region)
    except Refused as error:
        if not is_missing(error) or look_for(conference, but=region) is None:
            raise
    return ask(known(conference))


def _has(region: str, conference: Conference) -> bool:
    """No clear answer is no yes: the refusal that made us look stands then."""
    try:
        provider.client().conference(conference.conference_id, region, seconds=_LOOK_SECONDS)
    except TelnyxError:
        return False
    return True
