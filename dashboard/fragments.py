"""Each live region: its template and its context; used by pages and push alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conferences import notices, policy, supervision
from conferences.endings import words_of_left
from conferences.errors import problem_words
from conferences.models import Conference, Gap, Supervision
from dashboard import own_bar
from dashboard.audiences import audience_of
from dashboard.calls import Call, call_for

ROW, DETAIL, TARGETS, PANEL = (
    "dashboard/_conference.html",
    "dashboard/_detail.html",
    "dashboard/_targets.html",
    "dashboard/_supervision.html",
)


def row_id(pk: UUID) -> str:
    return f"conference-{pk}"


def row(call: Call) -> str:
    """A conference on the board; root id `conference-<our id>`."""
    return render_to_string(ROW, {"call": call})


def detail(call: Call) -> str:
    """A conference on its own page; root id `detail-<our id>`."""
    return render_to_string(DETAIL, detail_context(call))


def detail_context(call: Call) -> dict[str, Any]:
    """What a conference's own page shows beyond its row."""
    return {"call": call, "gaps": Gap.objects.within(call.started_at, call.ended_at or timezone.now())}


def targets(call: Call) -> str:
    """The tick boxes of an open form, one for each agent in the call; root id `targets-<our id>`."""
    return render_to_string(TARGETS, {"call": call, "ticked": ()})


def panel_context(user: User) -> dict[str, Any]:
    """What the user's own supervision looks like now; `supervision` is None when there is none to show."""
    mine = supervision.current(user)
    if mine is None:
        return {"supervision": None}
    conference = Conference.objects.with_people().get(pk=mine.conference_id)
    call = call_for(audience_of(user), conference)
    agents = {one.call_control_id: one.label for one in call.agents}
    said = notices.now(mine, agents)
    return {
        "supervision": mine,
        "call": call,
        "role": mine.accepted_role or mine.asked_role,
        "is_pending": _is_pending(mine),
        "barge_sentence": call.will_hear(mine, Supervision.Role.BARGE),
        "targets": [agents[one] for one in mine.accepted_targets if one in agents],
        "ticked": mine.asked_targets or list(agents),
        "said": said.sentence if said else "",
        "whisper_to": [one for one in call.agents if said and one.call_control_id in said.whisper_to],
        "alone": own_bar.alone(call, mine),
        "quiet": own_bar.why_quiet(call, mine),
        "newcomers": [one for one in call.agents if one.call_control_id in mine.newcomers],
        "problem": _problem(mine, conference),
        "roles": [(role.value, role.label) for role in policy.roles_of(user) if role in policy.PERMISSIONS],
        "warning": mine.join_options.warning,
        "State": Supervision.State,
    }


def _problem(mine: Supervision, conference: Conference) -> str:
    if mine.problem == "left":
        return words_of_left(conference)
    return problem_words(mine.problem, mine.device.name if mine.device else "")


def panel(user: User) -> str:
    """The user's own supervision, on every page; root id `supervision`."""
    return render_to_string(PANEL, panel_context(user))


def partial(target: str, html: str) -> SafeString:
    """Wrap a rendered fragment: it morphs into the element with that id, and does nothing where there is none."""
    return format_html('<hx-partial hx-target="#{}" hx-swap="outerMorph">{}</hx-partial>', target, SafeString(html))


def removal(pks: Iterable[UUID]) -> SafeString:
    """Take rows off the board."""
    return format_html_join(
        "", '<hx-partial hx-target="#{}" hx-swap="delete"></hx-partial>', ((row_id(pk),) for pk in pks)
    )


def _is_pending(mine: Supervision) -> bool:
    asked = (mine.asked_role, sorted(mine.asked_targets))
    return mine.ended_at is None and asked != (mine.accepted_role, sorted(mine.accepted_targets))
