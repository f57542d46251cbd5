"""Agents who wrap a call up: no webhook tells that, so it is known where the center's own system says it.

The only writer of wrap-ups.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from conferences import clock
from conferences.errors import NotPossible
from conferences.ingest import feed
from conferences.models import Agent, WrapUp

LONGEST: Final = timedelta(hours=1)


def begin(agent: Agent, lasting: timedelta) -> WrapUp:
    """Note that the agent wraps a call up from now on, for so long at most; told again it goes on as begun.

    Raises NotPossible for a time that is none, or longer than `LONGEST`.
    """
    if not timedelta(0) < lasting <= LONGEST:
        raise NotPossible(f"Send seconds as a number from 1 to {LONGEST.total_seconds():.0f}.", field="seconds")
    now = clock.now()
    with feed.writing():
        WrapUp.objects.filter(agent=agent, until__lte=now).delete()
        found, _ = WrapUp.objects.update_or_create(
            agent=agent, defaults={"until": now + lasting}, create_defaults={"since": now, "until": now + lasting}
        )
        feed.bump_agents([agent.pk])
    return found


def end(agent: Agent) -> bool:
    """Note that the agent is done with it; return whether a wrap-up was known."""
    with feed.writing():
        count, _ = WrapUp.objects.filter(agent=agent).delete()
        feed.bump_agents([agent.pk] if count else [])
    return bool(count)


def are_over() -> bool:
    """Return whether the time of some is over, of which pages have not been told."""
    return WrapUp.objects.filter(until__lte=clock.now()).exists()


def end_over() -> None:
    """Forget those whose time is over, and have pages show so."""
    with feed.writing():
        over = WrapUp.objects.filter(until__lte=clock.now())
        agents = list(over.values_list("agent", flat=True))
        over.delete()
        feed.bump_agents(agents)
