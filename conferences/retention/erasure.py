"""Erases one person on request: a caller by number or SIP address, an agent or a user; on record, not saying whom."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from conferences.addresses import canonical, masked, readable, spellings
from conferences.audit import keeping
from conferences.errors import NotPossible
from conferences.ingest import forgetting
from conferences.models import Agent, AgentAddress, AuditEntry, ForeignAddress, Leg, Supervision
from conferences.retention import pruning, users
from conferences.supervision import store

A_USER: Final = "user:"
AT_ONCE: Final = 20  # legs in one transaction, with the facts of all their calls
_TEXTS: Final = ("conference_name", "claim", "note", "provider_text", "actor_name", "address")
_LISTS: Final = ("targets", "people", "changes")


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be erased: an agent, a user, or whoever is at an address. `called`: as the record may say."""

    called: str
    agent: Agent | None = None
    address: str = ""
    user: User | None = None

    def legs(self) -> QuerySet[Leg]:
        """Return the legs that say where the person was."""
        if self.agent is not None:
            return Leg.objects.filter(Q(agent=self.agent) | Q(sharers=self.agent)).distinct()
        if self.user is not None:
            hers = {spelt for one in users.phones(self.user) for spelt in (*spellings(one), one)}
            return Leg.objects.filter(Q(from_canonical__in=hers) | Q(to_canonical__in=hers))
        written = spellings(self.address) or [self.address]
        return Leg.objects.filter(Q(from_canonical__in=written) | Q(to_canonical__in=written))

    def entries(self) -> QuerySet[AuditEntry]:
        """Return the audit's entries of which the details name the person."""
        told = AuditEntry.objects.filter(detail__erased_by=None)
        casts: dict[str, Any] = {f"{name}_text": Cast(f"detail__{name}", TextField()) for name in _LISTS}
        columns = [*(f"detail__{name}" for name in _TEXTS), *casts]
        named = [Q(**{f"{column}__contains": word}) for column in columns for word in self._words()]
        found = reduce(or_, named, Q(pk=None))
        if self.agent is not None:
            found |= Q(subject="agent", subject_id=str(self.agent.pk))
        if self.user is not None:
            found |= users.entries(self.user)
        return told.alias(**casts).filter(found)

    def _words(self) -> set[str]:
        """How texts write the person; JSON has what is not ASCII as escapes."""
        if self.user is None and self.agent is None:
            return {self.address, self.address.removeprefix("+"), readable(self.address)}
        if self.user is not None:
            words = users.words(self.user)
        elif self.agent is not None:
            words = {self.agent.name, *self.agent.addresses.values_list("address", flat=True)}
        return words | {json.dumps(one)[1:-1] for one in words}


def find(text: str) -> Person:
    """Return the agent of that name or number ("7"), the user of "user:marta", or whoever is at that address.

    Raises NotPossible for nobody, and for several.
    """
    if text.startswith(A_USER):
        user = User.objects.filter(username=text.removeprefix(A_USER)).first()
        if user is None:
            raise NotPossible("There is no user of that name.")
        return Person(f"user no. {user.pk}", user=user)
    same = list(Agent.objects.filter(Q(name=text) | Q(pk=int(text) if text.isdigit() and len(text) < 7 else 0)))
    if len(same) > 1:
        numbers = ", ".join(str(one.pk) for one in same)
        raise NotPossible(f"Several agents are called that: say which by number ({numbers}).")
    if same:
        return Person(f"agent no. {same[0].pk}", agent=same[0])
    if address := canonical(text):
        return Person(masked(address), address=address)
    raise NotPossible("That is no agent of the directory, and no number or SIP address.")


def count(person: Person) -> dict[str, int]:
    """Return how many legs and audit entries say something of the person."""
    return {"legs": person.legs().count(), "entries": person.entries().count()}


def erase(person: Person, *, why: str = "", by: User | None = None, pause: float = pruning.PAUSE) -> dict[str, int]:
    """Erase the person wherever they stand, put that on record, and return how many legs, facts and entries it was.

    Calls and entries stay, without saying who. Raises NotPossible while the person is in a call, and DatabaseError.
    """
    if person.legs().exclude(state=Leg.State.ENDED).exists():
        raise NotPossible("That person is in a call now: erase when it is over.")
    if person.user is not None and Supervision.objects.running().filter(user=person.user).exists():
        raise NotPossible("That person is in a call now: erase when it is over.")
    pruning.overwrite()
    entries = list(person.entries().values_list("pk", flat=True))
    legs = list(person.legs().values_list("pk", flat=True))
    done = {"legs": len(legs), "facts": 0, "entries": len(entries)}
    for first in range(0, len(legs), AT_ONCE):
        began = time.monotonic()
        some = legs[first : first + AT_ONCE]
        done["facts"] += forgetting.erase(some)
        store.forget_notices(some)
        time.sleep(max(pause, time.monotonic() - began) if pause else 0)
    with transaction.atomic():
        _erase_from_directory(person)
        said = f"On request: {person.called}. {why}".strip()
        keeping.erase(AuditEntry.objects.filter(pk__in=entries), by=by, why=said)
        keeping.erased_person(person.called, done, why, by=by)
    pruning.settle()
    return done


def _erase_from_directory(person: Person) -> None:
    """Past the signals: they would put on record whom it was."""
    if person.user is not None:
        users.empty(person.user)
        return
    if person.agent is None:
        ForeignAddress.objects.filter(address__in=spellings(person.address) or [person.address]).delete()
        return
    addresses: models.QuerySet[Any] = AgentAddress.objects.filter(agent=person.agent)
    addresses._raw_delete(addresses.db)  # noqa: SLF001 - nothing cascades from here
    Agent.objects.filter(pk=person.agent.pk).update(name=f"Former agent {person.agent.pk}")
    kind = ContentType.objects.get_for_model(Agent)
    LogEntry.objects.filter(content_type=kind, object_id=str(person.agent.pk)).delete()
