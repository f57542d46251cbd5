"""Numbers of customers whose calls nobody listens to, and which participants of a call are theirs."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q

from conferences.models.address_fields import PrefixField
from conferences.models.legs import Leg


class ProtectedNumber(models.Model):
    """A customer's number, or how such numbers begin: nobody may listen to a call with one, in whatever queue."""

    number = PrefixField(
        unique=True,
        help_text="A whole number, or how numbers begin: +34 910 protects all that begin so. With + and country code.",
    )
    note = models.CharField(
        max_length=120, blank=True, help_text="Whose they are, for administrators: a doctor, a bank."
    )

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return str(self.number)


_OTHERS = (Leg.Kind.CUSTOMER, Leg.Kind.UNKNOWN)


def with_protected_number() -> ExpressionWrapper[Q]:
    """Return whether a participant is somebody whose number is protected, or of an agent's phone that called one.

    A leg whose direction nobody told is judged by both its ends.
    """
    called_by_agent = Q(leg__kind=Leg.Kind.AGENT, leg__direction="outgoing", leg__initial_state="parked")
    calling = Q(leg__kind__in=_OTHERS) & ~Q(leg__direction="outgoing") & _is_protected("leg__from_canonical")
    called = (Q(leg__kind__in=_OTHERS) | called_by_agent) & ~Q(leg__direction="incoming")
    return ExpressionWrapper(calling | called & _is_protected("leg__to_canonical"), models.BooleanField())


def _is_protected(address: str) -> Q:
    shown = ExpressionWrapper(OuterRef(address), models.CharField())
    return Q(Exists(ProtectedNumber.objects.annotate(shown=shown).filter(shown__startswith=F("number"))))
