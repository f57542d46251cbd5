"""What the provider tells of an agent who asks for help by her phone: keys in a row, or a header of the leg."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from conferences.fold.lookup import leg_of
from conferences.fold.states import State
from conferences.telnyx.events import Event
from conferences.telnyx.events.redaction import SIGN

HELP_HEADER: Final = "x-earshot-help"
MOST_SIGNS: Final = 4
IN_A_ROW: Final = timedelta(seconds=3)  # from one key to the next
_NO: Final = ("", "0", "no", "false")


def pressed(state: State, fact: Event) -> None:
    """Note a * or # after those before it; any other key, of which it is not told which, ends the row."""
    leg = leg_of(state, fact)
    if leg is None:
        return
    sign = fact.text(SIGN, 1) or ""
    is_next = leg.signs_at is not None and fact.occurred_at - leg.signs_at <= IN_A_ROW
    signs = (leg.signs if is_next else "") + sign
    told = replace(leg, signs=signs[-MOST_SIGNS:] if sign else "", signs_at=fact.occurred_at if sign else None)
    state.legs[leg.call_control_id] = told


def asks_for_help(fact: Event) -> bool:
    """Return whether the leg comes with the header X-Earshot-Help and a value that is no no.

    Whose leg it is, and so whether that counts, is not decided here: anybody may send a header.
    """
    told = fact.payload.get("custom_headers")
    for one in told if isinstance(told, list) else ():
        if isinstance(one, dict) and str(one.get("name", "")).lower() == HELP_HEADER:
            return str(one.get("value", "")).strip().lower() not in _NO
    return False
