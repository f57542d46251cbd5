"""How a conference becomes what one audience sees of it: people named, numbers masked, rights decided."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.utils.translation import get_language

from conferences import policy, roster
from conferences.models import Conference, Supervision
from conferences.policy.listening import options_of, refusals, rules_of
from dashboard.presenters.audience import Audience
from dashboard.presenters.board.asking import help_requests
from dashboard.presenters.board.attention import reasons_for
from dashboard.presenters.call import Call
from dashboard.presenters.hearing.joining import actions_for, kept_out, sensitive_sections
from dashboard.presenters.people import (
    past_participants,
    person_for,
    phone_ringing,
    status_of,
    supervisor_on_call,
    team_of,
)


def name_for(audience: Audience, conference: Conference) -> str:
    """Return what a conference is called, as this audience may read it: it may be named after a caller's number."""
    return _name(conference, numbers=audience.numbers)


def _name(conference: Conference, *, numbers: bool) -> str:
    return conference.title if numbers else str(conference)


class Alike:
    """What several audiences are shown alike of calls loaded once: all that numbers and language alone decide."""

    def __init__(self) -> None:
        self._made: dict[tuple[UUID, bool, str | None], Call] = {}

    def shown(self, conference: Conference, *, numbers: bool) -> Call:
        """Return the conference as somebody without any right in it would see it, with numbers in full or not."""
        key = (conference.pk, numbers, get_language())
        if key not in self._made:
            self._made[key] = _shown(conference, numbers=numbers)
        return self._made[key]


def call_for(audience: Audience, conference: Conference, alike: Alike | None = None) -> Call:
    """Return the conference as this audience sees it. Load it with `with_people`; `alike`: of the same loading."""
    call = (alike or Alike()).shown(conference, numbers=audience.numbers)
    is_in_scope = policy.is_in_it(audience.scope, conference)
    may_join, refused = call.is_live and is_in_scope, refusals(conference)
    supervisions = _running(conference) if audience.may_end else []
    return replace(
        call,
        supervisors=tuple(supervisor_on_call(one, call.people, may_end=True) for one in supervisions)
        or call.supervisors,
        actions=actions_for(audience, call.parties, call.policy, refused, running=call.running)
        if may_join and not call.sensitive
        else (),
        kept_out=kept_out(audience, refused) if may_join else "",
        may_end=audience.may_end,
        is_in_scope=is_in_scope,
    )


def _running(conference: Conference) -> list[Supervision]:
    return [one for one in conference.supervisions.all() if one.ended_at is None and not one.is_between]


def _shown(conference: Conference, *, numbers: bool) -> Call:
    supervisions = _running(conference)
    people = tuple(person_for(participant, supervisions, numbers=numbers) for participant in conference.present())
    return Call(
        pk=conference.pk,
        conference_id=conference.conference_id,
        name=_name(conference, numbers=numbers),
        state=conference.state,
        status=status_of(conference, people),
        reasons=reasons_for(conference, people),
        help=help_requests(conference),
        queue_pk=conference.queue_id,
        queue=conference.queue.name if conference.queue else "",
        team=team_of(conference),
        people=people,
        supervisors=tuple(supervisor_on_call(one, people, may_end=False) for one in supervisions),
        actions=(),
        asks_reason=rules_of(conference).reason_required,
        sensitive=sensitive_sections(conference),
        is_unassigned=not conference.team_ids(),
        started_at=conference.created_at or conference.first_seen_at,
        ended_at=conference.ended_at,
        expires_at=conference.expires_at,
        end_reason=conference.end_reason,
        last_event_at=max(conference.last_event_at, conference.verified_at or conference.last_event_at),
        feed=conference.feed,
        parties=roster.parties(conference, numbers=numbers),
        running=roster.is_running(conference),
        policy=options_of(conference.queue),
        drift=conference.drift,
        drift_at=conference.drift_at,
        calling=tuple(map(phone_ringing, conference.ringing)),
        past_participants=() if conference.is_live else past_participants(conference, numbers=numbers),
    )
