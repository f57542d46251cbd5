"""What the provider's call.* events do to a leg and to its participants."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conferences.fold.asking import asks_for_help
from conferences.fold.lookup import leave, leg_of
from conferences.fold.states import LegState, State
from conferences.telnyx.events import Event


def know_leg(state: State, fact: Event, call_control_id: str) -> None:
    """Fill what any event of a leg may tell; a conference's events carry its owner's client_state and connection."""
    leg = state.legs.get(call_control_id) or LegState(call_control_id)
    told: dict[str, Any] = {
        "call_leg_id": leg.call_leg_id or fact.call_leg_id or "",
        "call_session_id": leg.call_session_id or fact.call_session_id or "",
    }
    if fact.type.startswith("call."):
        told |= {
            "connection_id": leg.connection_id or fact.connection_id or "",
            "client_state": fact.client_state or leg.client_state,
            "direction": leg.direction or _direction(fact),
            "from_address": leg.from_address or fact.from_ or "",
            "to_address": leg.to_address or fact.to or "",
            "from_sip_uri": leg.from_sip_uri or fact.text("from_sip_uri") or "",
            "help_header_at": leg.help_header_at or (fact.occurred_at if asks_for_help(fact) else None),
        }
    # Most events of a leg tell nothing of this that is new, and a copy of all its fields costs more than a look.
    news = {name: value for name, value in told.items() if value != getattr(leg, name)}
    state.legs[call_control_id] = replace(leg, **news) if news else leg


def _direction(fact: Event) -> str:
    direction = fact.direction
    return direction if direction in ("incoming", "outgoing") else ""


def initiated(state: State, fact: Event) -> None:
    leg = leg_of(state, fact)
    if leg is not None:
        alive = leg.state in ("unknown", "initiated")
        state.legs[leg.call_control_id] = replace(
            leg,
            started_at=leg.started_at or fact.occurred_at,
            initial_state=leg.initial_state or fact.state or "",
            state="initiated" if alive else leg.state,
        )


def answered(state: State, fact: Event) -> None:
    leg = leg_of(state, fact)
    if leg is not None:
        state.legs[leg.call_control_id] = replace(
            leg,
            answered_at=leg.answered_at or fact.occurred_at,
            state="ended" if leg.state == "ended" else "answered",
        )


def bridged(state: State, fact: Event) -> None:
    """Take whoever is bridged for answered; with whom is not told (Telnyx docs: Voice API webhooks)."""
    answered(state, fact)
    leg = leg_of(state, fact)
    if leg is not None:
        state.legs[leg.call_control_id] = replace(leg, bridged_at=fact.occurred_at)


def hangup(state: State, fact: Event) -> None:
    leg = leg_of(state, fact)
    if leg is None:
        return
    if leg.state != "ended":
        state.legs[leg.call_control_id] = replace(
            leg,
            state="ended",
            ended_at=fact.occurred_at,
            hangup_cause=fact.hangup_cause or "",
            hangup_source=fact.hangup_source or "",
            sip_hangup_cause=fact.sip_hangup_cause or "",
            account_code=fact.account_code,
            phone_hold=False,
            phone_hold_at=None,
        )
    for key in [key for key in state.participants if key[1] == leg.call_control_id]:
        leave(state, key, fact.occurred_at)


def phone_hold(*, held: bool) -> Callable[[State, Event], None]:
    def effect(state: State, fact: Event) -> None:
        leg = leg_of(state, fact)
        if leg is not None and leg.state != "ended":
            state.legs[leg.call_control_id] = replace(
                leg,
                phone_hold=held,
                phone_hold_at=(leg.phone_hold_at or fact.occurred_at) if held else None,
                phone_holds=leg.phone_holds + (held and not leg.phone_hold),
            )

    return effect
