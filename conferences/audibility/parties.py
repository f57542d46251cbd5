"""The people of a conference as far as they are known: what the rules of hearing start from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from conferences.telnyx.rules import Role

ROLES: Final = frozenset(role.value for role in Role)
ORDINARY: Final = frozenset({"agent", "customer", "system"})
"""Kinds that are in a call without a supervisor role: the application joins its agents and customers with none."""


@dataclass(frozen=True, slots=True)
class Party:
    """One leg in a conference. None is always "not known", and never taken for a good sign.

    key: its call_control_id. name: as it is to be shown. kind: agent, customer, supervisor, system or unknown.
    role: the supervisor role that the provider accepted from us last; empty when we asked for none.
    targets: the legs whispered to, from the latest read-back (Telnyx docs: List conference participants, the only
    role that shows there) or, while there is none, from our command.
    muted, on_hold: as read back *since the role was accepted*: a monitor may be listed as muted, so that an older
    reading would call somebody muted who barges now.
    phone_hold: call.hold came from this phone and no call.unhold since.
    present: True in the conference with an answered leg, None joining or still ringing, False gone.
    role_known: False after a role change whose answer was lost: it may have happened, or yet happen.
    changing: the role change is under way, and its answer not lost.
    """

    key: str
    name: str
    kind: str
    role: str = ""
    targets: frozenset[str] = frozenset()
    muted: bool | None = None
    on_hold: bool | None = None
    phone_hold: bool | None = False
    present: bool | None = True
    role_known: bool = True
    changing: bool = False

    @property
    def roles(self) -> frozenset[str]:
        """Every role this party may have.

        No answer of the provider carries the role (Telnyx docs: List conference participants); a list of targets gives
        a whisperer away, whatever we asked for. A leg we cannot place may be another application's supervisor.
        """
        if not self.role_known:
            return ROLES
        seen = frozenset({"whisper"}) if self.targets else frozenset()
        if self.role in ROLES:
            return seen | {self.role}
        return seen or (frozenset({"none"}) if self.kind in ORDINARY else ROLES)


def only_listens(role: str, targets: frozenset[str]) -> bool:
    """Return whether a role gives no voice; a whisperer without targets monitors (Telnyx docs: Join a conference)."""
    return role == "monitor" or (role == "whisper" and not targets)


def with_supervisor(parties: Iterable[Party], you: Party, *, muted: bool = False) -> tuple[Party, ...]:
    """Return the conference as it would be once `you` are in it with that role and those targets, for a preview.

    Replaces the party with your key, if any. What the command settles is filled in: that you are there, in that role,
    with targets only to whisper, on hold where `you` are, and as audible as the role makes you unless you are to be
    `muted`; a mute of now is not counted on.
    """
    others = (one for one in parties if one.key != you.key)
    targets = you.targets if you.role == "whisper" else frozenset()
    settled = replace(
        you, targets=targets, muted=muted or only_listens(you.role, targets), present=True, role_known=True
    )
    return (*others, replace(settled, on_hold=bool(you.on_hold)))
