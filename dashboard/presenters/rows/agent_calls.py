"""The calls that agents' legs are in, as each audience sees them: kept as the board's are, and read together."""

from __future__ import annotations

from uuid import UUID

from conferences.models import Conference
from dashboard.presenters.agent import Calls
from dashboard.presenters.audience import Audience
from dashboard.presenters.call import Call
from dashboard.presenters.rows.agent_rows import Roster
from dashboard.presenters.rows.call_cache import Loading, call_cache


class AgentCalls:
    """The calls of one roster, for whoever looks at it."""

    def __init__(self, found: Roster) -> None:
        self._pks = {participant.conference_id for participant in found.participants.values()}
        self._loading = Loading()
        self._seen: dict[Audience, tuple[dict[UUID, Call], set[UUID]]] = {}

    def seen_by(self, audience: Audience) -> Calls:
        """Return what gives the call of a conference's key: None for one that this audience may not see.

        It raises LookupError for one that a mistake of ours keeps from being shown: so is the row that shows it.
        """
        if audience not in self._seen:
            theirs = Conference.objects.filter(pk__in=self._pks).in_scope(audience.scope)
            calls, broken = call_cache.calls(audience, theirs, self._loading)
            self._seen[audience] = {one.pk: one for one in calls}, set(broken)
        calls_by_key, unseen = self._seen[audience]

        def call(pk: UUID) -> Call | None:
            if pk in unseen:
                raise LookupError(f"The call {pk} cannot be shown.")
            return calls_by_key.get(pk)

        return call
