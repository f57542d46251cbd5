"""Says who of several agents is at a phone that they share, by shifts, and whose a credential is for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone

from conferences import clock
from conferences.addresses import InvalidAddress, normalise, spellings
from conferences.errors import NotPossible
from conferences.ingest import feed
from conferences.ingest.projection import recognise_again
from conferences.models import Agent, AgentAddress, Leg

KEPT: Final = timedelta(days=1)


def sign_in(agent: Agent, address: str) -> AgentAddress:
    """Note that the agent is at this phone now; live legs there are the agent's at once. Raises NotPossible in words.

    `address` in any spelling; the directory must have it as one of the agent's.
    """
    canonical = _canonical(address)
    with feed.writing():
        row = AgentAddress.objects.filter(agent=agent, address=canonical).first()
        if row is None:
            raise NotPossible(f"This is no phone of {agent}'s in the directory.", field="address")
        row.signed_in_at = timezone.now()
        row.save(update_fields=["signed_in_at"])
        AgentAddress.objects.filter(address=canonical).exclude(pk=row.pk).update(signed_in_at=None)
        _match_again(canonical)
    return row


def register(agent: Agent, address: str, until: datetime) -> AgentAddress:
    """Note that the address is the agent's until then; live legs there are the agent's at once. Raises NotPossible.

    Registered again it lasts until the new time; one that the directory has for good is not made to end. Legs that are
    up when it ends stay the agent's. What ended a day ago is forgotten.
    """
    now = clock.now()
    if until <= now:
        raise NotPossible("The expiry is not in the future.", field="expires_at")
    with feed.writing():
        AgentAddress.objects.filter(agent=agent, expires_at__lt=now - KEPT).delete()
        canonical = _canonical(address)
        row = AgentAddress.objects.filter(agent=agent, address=canonical).first()
        if row is None:
            row = AgentAddress(agent=agent, address=address, expires_at=until)
            _check(row)
        elif row.expires_at is not None:
            row.expires_at = until
        row.save()
        _match_again(canonical)
    return row


def _check(row: AgentAddress) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise NotPossible(" ".join(error.messages), field="address") from None


def _canonical(address: str) -> str:
    try:
        return normalise(address)
    except InvalidAddress as error:
        raise NotPossible(str(error), field="address") from None


def _match_again(canonical: str) -> None:
    up = Leg.objects.up().filter(kind__in=(Leg.Kind.AGENT, Leg.Kind.UNKNOWN, Leg.Kind.CUSTOMER))
    recognise_again([leg for leg in up if canonical in _written(leg)])


def _written(leg: Leg) -> set[str]:
    return {one for text in (leg.from_address, leg.to_address, leg.from_sip_uri) for one in spellings(text)}
