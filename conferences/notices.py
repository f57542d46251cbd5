"""What a supervisor is told of agents who come to a call or leave it while she whispers."""

from __future__ import annotations

from collections.abc import Iterable

from conferences.models import Leg


def left(gone: Iterable[str], remaining: Iterable[str]) -> str:
    """Say which of a whisper's targets left the call and whom it still goes to; both are call_control_ids.

    Whether they hear it is not said: somebody may be on hold, and the notice stays while that changes.
    """
    names, still = _names(gone), _names(remaining)
    if not still:
        return f"{_and(names)} left the call. Nobody is left to whisper to, so you are only listening."
    return f"{_and(names)} left the call. You still whisper to {_and(still)}."


def joined(new: Iterable[str], present: Iterable[str]) -> str:
    """Say which agents joined and do not hear a whisper; `present` are the agents' legs that were there before."""
    names, already = _names(new), set(_names(present))
    again = [name for name in names if name in already]
    fresh = [name for name in names if name not in already]
    told = []
    if fresh:
        told.append(f"{_and(fresh)} joined the call and {_do(fresh, 'does', 'do')} not hear you.")
    told += [f"{name} joined with another phone, which does not hear you." for name in again]
    return " ".join(told)


def _names(legs: Iterable[str]) -> list[str]:
    found = Leg.objects.filter(call_control_id__in=list(legs)).select_related("agent")
    return sorted({one.agent.name if one.agent else "An agent" for one in found})


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _do(names: list[str], one: str, several: str) -> str:
    return one if len(names) == 1 else several
