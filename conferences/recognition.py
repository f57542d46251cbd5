"""Whose leg it is: the directory's answer to a leg's numbers."""

from __future__ import annotations

from conferences.addresses import spellings
from conferences.models import AgentAddress, Device, Leg, QueueNumber, Supervision


def recognise(leg: Leg) -> None:
    """Set the leg's kind, agent and queue from its addresses (unsaved).

    An agent's address decides for whispering, so it is looked for only at the far end of the leg. A leg whose numbers
    are not known yet stays unknown: it is nobody's whisper target until it is known to be an agent's.
    """
    far = spellings(leg.far_address) if leg.direction else ()
    leg.agent = None
    leg.queue = None
    if _is_ours(leg) or (far and Device.objects.filter(address__in=far).exists()):
        leg.kind = Leg.Kind.SUPERVISOR
        return
    address = AgentAddress.objects.select_related("agent").filter(address__in=far).first() if far else None
    if address is not None:
        leg.kind, leg.agent = Leg.Kind.AGENT, address.agent
        return
    leg.kind = Leg.Kind.CUSTOMER if leg.far_address and leg.direction else Leg.Kind.UNKNOWN
    if leg.direction == "incoming" and leg.to_address:
        number = QueueNumber.objects.select_related("queue").filter(number__in=spellings(leg.to_address)).first()
        leg.queue = number.queue if number else None


def _is_ours(leg: Leg) -> bool:
    return bool(leg.call_control_id) and Supervision.objects.filter(call_control_id=leg.call_control_id).exists()
