"""How a conference becomes what one audience sees of it: people named, numbers masked, rights decided."""

from __future__ import annotations

from conferences import policy, roster
from conferences.models import Conference
from conferences.policy.listening import options_of, rules_of
from dashboard.presenters.audience import Audience
from dashboard.presenters.board.asking import help_requests
from dashboard.presenters.board.attention import reasons_for
from dashboard.presenters.call import Call
from dashboard.presenters.hearing.joining import actions_for, kept_out, sensitive_sections
from dashboard.presenters.people import (
    agents_by_leg,
    past_participants,
    person_for,
    phone_ringing,
    status_of,
    supervisor_on_call,
    team_of,
)


def name_for(audience: Audience, conference: Conference) -> str:
    """Return what a conference is called, as this audience may read it: it may be named after a caller's number."""
    return conference.title if audience.numbers else str(conference)


def call_for(audience: Audience, conference: Conference) -> Call:
    """Return the conference as this audience sees it. Load it with `with_people`."""
    supervisions = [one for one in conference.supervisions.all() if one.ended_at is None and not one.is_between]
    people = tuple(person_for(audience, participant, supervisions) for participant in conference.present())
    parties, running = roster.parties(conference, numbers=audience.numbers), roster.is_running(conference)
    agents = agents_by_leg(people)
    policy_of_queue = options_of(conference.queue)
    is_in_scope = policy.is_in_it(audience.scope, conference)
    sensitive = sensitive_sections(conference)
    return Call(
        pk=conference.pk,
        conference_id=conference.conference_id,
        name=name_for(audience, conference),
        state=conference.state,
        status=status_of(conference, people),
        reasons=reasons_for(conference, people),
        help=help_requests(conference),
        queue_pk=conference.queue_id,
        queue=conference.queue.name if conference.queue else "",
        team=team_of(conference),
        people=people,
        supervisors=tuple(supervisor_on_call(one, agents, people, may_end=audience.may_end) for one in supervisions),
        actions=actions_for(audience, parties, conference, running=running)
        if conference.is_live and is_in_scope and not sensitive
        else (),
        kept_out=kept_out(audience, conference) if conference.is_live and is_in_scope else "",
        asks_reason=rules_of(conference).reason_required,
        sensitive=sensitive,
        may_end=audience.may_end,
        is_in_scope=is_in_scope,
        is_unassigned=not conference.team_ids(),
        started_at=conference.created_at or conference.first_seen_at,
        ended_at=conference.ended_at,
        expires_at=conference.expires_at,
        end_reason=conference.end_reason,
        last_event_at=max(conference.last_event_at, conference.verified_at or conference.last_event_at),
        feed=conference.feed,
        parties=parties,
        running=running,
        policy=policy_of_queue,
        drift=conference.drift,
        drift_at=conference.drift_at,
        calling=tuple(map(phone_ringing, conference.ringing)),
        past_participants=() if conference.is_live else past_participants(audience, conference),
    )
