"""Whose leg it is: the directory's answer to a leg's numbers."""

from __future__ import annotations

from conferences.addresses import spellings
from conferences.models import AgentAddress, Device, Leg, Queue, QueueNumber, Supervision


def recognise(leg: Leg) -> None:
    """Set the leg's kind, agent and queue from its addresses (unsaved).

    An agent's address decides for whispering, so it is looked for only at the far end of the leg, and not on a call to
    a queue: a caller shows whatever number he likes, and who dials a queue is a customer. A leg whose numbers are not
    known yet stays unknown: it is nobody's whisper target until it is known to be an agent's.
    """
    far = spellings(leg.far_address) if leg.direction else ()
    leg.queue = _queue(leg)
    leg.agent = None
    if _is_ours(leg):
        leg.kind = Leg.Kind.SUPERVISOR
    elif leg.queue is not None:
        leg.kind = Leg.Kind.CUSTOMER
    elif Device.objects.filter(address__in=far).exists():
        leg.kind = Leg.Kind.SUPERVISOR
    elif (address := _agent_address(far)) is not None:
        leg.kind, leg.agent = Leg.Kind.AGENT, address.agent
    else:
        leg.kind = Leg.Kind.CUSTOMER if leg.far_address and leg.direction else Leg.Kind.UNKNOWN


def _queue(leg: Leg) -> Queue | None:
    if leg.direction != "incoming":
        return None
    number = QueueNumber.objects.select_related("queue").filter(number__in=spellings(leg.to_address)).first()
    return number.queue if number else None


def _agent_address(far: tuple[str, ...]) -> AgentAddress | None:
    """The whole address before the user without a host: another agent may have that."""
    found = {one.address: one for one in AgentAddress.objects.select_related("agent").filter(address__in=far)}
    return next((found[one] for one in far if one in found), None)


def _is_ours(leg: Leg) -> bool:
    return bool(leg.call_control_id) and Supervision.objects.filter(call_control_id=leg.call_control_id).exists()
