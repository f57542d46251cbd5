"""Says who of several agents is at a phone that they share, by shifts."""

from __future__ import annotations

from django.utils import timezone

from conferences.addresses import InvalidAddress, normalise, spellings
from conferences.errors import NotPossible
from conferences.ingest import feed
from conferences.ingest.projection import recognise_again
from conferences.models import Agent, AgentAddress, Leg


def sign_in(agent: Agent, address: str) -> AgentAddress:
    """Note that the agent is at this phone now; live legs there are the agent's at once. Raises NotPossible in words.

    `address` in any spelling; the directory must have it as one of the agent's.
    """
    try:
        canonical = normalise(address)
    except InvalidAddress as error:
        raise NotPossible(str(error), field="address") from None
    with feed.writing():
        row = AgentAddress.objects.filter(agent=agent, address=canonical).first()
        if row is None:
            raise NotPossible(f"This is no phone of {agent}'s in the directory.", field="address")
        row.signed_in_at = timezone.now()
        row.save(update_fields=["signed_in_at"])
        AgentAddress.objects.filter(address=canonical).exclude(pk=row.pk).update(signed_in_at=None)
        up = Leg.objects.up().filter(kind=Leg.Kind.AGENT)
        recognise_again([leg for leg in up if canonical in _written(leg)])
    return row


def _written(leg: Leg) -> set[str]:
    return {one for text in (leg.from_address, leg.to_address, leg.from_sip_uri) for one in spellings(text)}
