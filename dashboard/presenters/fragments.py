"""Each live region: its template and its context; used by pages and push alike."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conferences import clock, policy
from conferences.models import Conference, Gap, Supervision
from conferences.supervision import notices, requests
from conferences.supervision.requests import following
from conferences.wording.translated import translated
from dashboard.presenters import own_bar
from dashboard.presenters.agent import AgentLeg, AgentRow
from dashboard.presenters.audience import Audience, audience_of, may_see
from dashboard.presenters.call import Call
from dashboard.presenters.hearing import offers
from dashboard.presenters.hearing.joining import modes
from dashboard.presenters.people import agents_by_leg
from dashboard.presenters.rows.cells import Part, cells, part_of
from dashboard.presenters.seen import call_for
from dashboard.presenters.unassigned import outside_context

ROW, AGENT, DETAIL, TARGETS, PANEL, OUTSIDE, UNASSIGNED_COUNT = (
    "dashboard/board/_conference_row.html",
    "dashboard/agents/_agent_row.html",
    "dashboard/call/_detail.html",
    "dashboard/supervise/_whisper_targets.html",
    "dashboard/supervision/_supervision.html",
    "dashboard/unassigned/_legs_in_no_conference.html",
    "dashboard/unassigned/_unassigned_count.html",
)
AGENT_SHOWS: Final = "pk name team status label since calls talked last may_follow asks_reason reasons"
AGENT_LEG_SHOWS: Final = "call_control_id status since lead people muted on_hold others supervisors reason"
AGENT_CALL_SHOWS: Final = "pk heading name queue actions asks_reason is_unassigned sensitive kept_out is_in_scope"


def row_id(pk: UUID) -> str:
    return f"conference-{pk}"


def row(call: Call) -> str:
    """A conference on the board; root id `conference-<our id>`."""
    return render_to_string(ROW, {"call": call})


def agent(row: AgentRow) -> str:
    """An agent on the agents' page; root id `agent-<our id>`. Kept by what it shows, and so by whom it is shown to."""
    return cells.drawn(AGENT, row=part_of(row, AGENT_SHOWS, legs=tuple(map(_agent_leg, row.legs))))


def _agent_leg(leg: AgentLeg) -> Part:
    call, calling = (one and part_of(one, AGENT_CALL_SHOWS) for one in (leg.call, leg.calling))
    return part_of(leg, AGENT_LEG_SHOWS, call=call, calling=calling)


def detail(call: Call) -> str:
    """A conference on its own page; root id `detail-<our id>`."""
    return render_to_string(DETAIL, detail_context(call))


def detail_context(call: Call) -> dict[str, Any]:
    """What a conference's own page shows beyond its row."""
    return {"call": call, "gaps": Gap.objects.within(call.started_at, call.ended_at or clock.now())}


def targets(call: Call) -> str:
    """The people of an open form, with a tick box for each agent in the call; root id `targets-<our id>`."""
    return cells.drawn(TARGETS, call=part_of(call, "pk agents"), choices=call.choices(), form=None)


def unassigned_count(count: int) -> str:
    """How many live calls belong to no team, in the header; root id `unassigned-count`."""
    return render_to_string(UNASSIGNED_COUNT, {"count": count})


def outside(audience: Audience) -> str:
    """The live legs in no conference that are no agent's; root id `outside`."""
    return render_to_string(OUTSIDE, outside_context(audience))


def panel_context(user: User, audience: Audience | None = None) -> dict[str, Any]:
    """What the user's own supervision looks like now; `supervision` is None when there is none to show.

    `audience`: the user's, where it is known already.
    """
    mine = requests.current(user)
    audience = audience or audience_of(user)
    beside = {
        "follow": following.open_of(user),
        "unmet": offers.unmet(user),
        "offers": offers.made_to(user, audience),
    }
    if mine is None:
        return {"supervision": None, **beside}
    conference = Conference.objects.with_people().get(pk=mine.conference_id)
    if not may_see(audience, conference):
        return {"supervision": mine, "is_out_of_sight": True, "State": Supervision.State, **beside}
    call = call_for(audience, conference)
    agents = agents_by_leg(call.people)
    targets = [agents[one] for one in mine.accepted_targets if one in agents]
    said = notices.now(mine, agents)
    alone = own_bar.alone(call, mine)
    told = own_bar.ending_of(mine, conference, said.sentence if said and not alone else "")
    return {
        "supervision": mine,
        "call": call,
        "role": mine.accepted_role or mine.requested_role,
        "is_pending": mine.ended_at is None and mine.is_pending,
        "barge_sentence": call.will_hear(mine, Supervision.Role.BARGE),
        "targets": targets,
        "ticked": mine.requested_targets or list(agents),
        "said": told.aside,
        "is_hers": mine.problem in own_bar.HERS,
        "other_phones": own_bar.other_phones(mine),
        "whisper_to": [one for one in call.agents if said and one.call_control_id in said.whisper_to],
        "alone": alone,
        **beside,
        "offered": offers.offered(user),
        "line": own_bar.line(mine, audience),
        "quiet": own_bar.why_quiet(call, mine),
        "newcomers": [one for one in call.agents if one.call_control_id in mine.newcomers],
        "problem": told.problem,
        "modes": modes([role for role in policy.roles_of(user) if role in policy.PERMISSIONS], conference, mine),
        "warning": translated(mine.join_options.warning),
        "title": own_bar.title(mine, targets or list(agents.values())),
        "State": Supervision.State,
    }


def panel(user: User) -> str:
    """The user's own supervision, on every page; root id `supervision`."""
    return render_to_string(PANEL, panel_context(user))


def partial(target: str, html: str) -> SafeString:
    """Wrap a rendered fragment: it morphs into the element with that id, and does nothing where there is none."""
    return format_html('<hx-partial hx-target="#{}" hx-swap="outerMorph">{}</hx-partial>', target, SafeString(html))
