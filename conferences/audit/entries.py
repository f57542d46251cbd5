"""Makes an entry of what is to be recorded: who, from where, in which login, and when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.auth.models import AbstractUser

from conferences import clock
from conferences.addresses import mask_numbers
from conferences.audit import acting, owed
from conferences.audit.proof import chain
from conferences.audit.proof.digests import DETAIL_FIELDS
from conferences.models import AuditDetail, AuditEntry, full_name

EARSHOT: Final = "Earshot"
# The audit outlives customers' numbers, and so has them masked wherever a text may hold one.
_TEXTS: Final = ("conference_name", "claim", "note", "provider_text")


def write(*, actor: Any = None, **values: Any) -> AuditEntry:
    """Write an entry, or keep it for later where the audit cannot be written. Raises DatabaseError if neither works.

    `actor` None is Earshot itself. `values` are columns of the entry and of its details.
    """
    return owed.write(*_made(actor, values))


def write_all(written: Iterable[dict[str, Any]]) -> list[AuditEntry]:
    """Write several entries, in this order and at once, and return them; those that cannot be written are kept.

    Each names its `actor` as `write` does; without one it was Earshot.
    """
    apart = [(one.pop("actor", None), one) for one in map(dict, written)]
    return owed.write_all([_made(actor, values) for actor, values in apart])


def write_or_raise(*, actor: Any = None, **values: Any) -> AuditEntry:
    """Write an entry of what must not be done without it. Raises DatabaseError when it cannot be written now."""
    return chain.append(*_made(actor, values))


def _made(actor: Any, values: dict[str, Any]) -> tuple[AuditEntry, AuditDetail]:
    if values.get("result") == AuditEntry.Result.DENIED:
        acting.now().refused = True
    told = {name: values.pop(name) for name in DETAIL_FIELDS if name in values}
    told |= {name: mask_numbers(str(told[name])) for name in _TEXTS if told.get(name)}
    who: dict[str, Any] = {"actor_name": EARSHOT}
    if isinstance(actor, AbstractUser):
        who = {"actor_name": full_name(actor), "account": actor.get_username()}
        origin = acting.now()
        if origin.user is not None and origin.user.pk == actor.pk:  # else somebody else's, or long ago
            who["source_ip"] = origin.ip
            values.setdefault("session_digest", origin.session_digest)
    who |= {name: "" if value is None else value for name, value in told.items()}
    return AuditEntry(at=clock.now(), actor=actor, **values), AuditDetail(**who)
