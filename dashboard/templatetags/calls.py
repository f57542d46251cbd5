"""How calls are put into words, pictures and durations on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from conferences import clock
from conferences.models import Supervision
from conferences.wording import hearing as hearing_words
from conferences.wording.calls import counted_words, end_words, joining_words, state_words, with_words
from conferences.wording.lists import either, listed
from dashboard.language import reading
from dashboard.presenters import fragments
from dashboard.presenters.agent import AgentRow, row_id
from dashboard.presenters.call import Call
from dashboard.presenters.own_bar import said_of
from dashboard.presenters.people import Person
from dashboard.presenters.rows import showing
from dashboard.presenters.rows.call_cache import call_cache
from dashboard.presenters.rows.caller import Caller
from dashboard.presenters.rows.caller_rows import caller_row
from dashboard.presenters.rows.cells import cells, part_of
from dashboard.presenters.timeline.past_calls import PastCall

register = template.Library()

MODE_ICONS: Final = {"monitor": "headphones", "whisper": "message-circle-more", "barge": "megaphone"}
STATE_ICONS: Final = {
    "Talking": "audio-lines",
    "On hold": "circle-pause",
    "No agent": "user-x",
    "No customer": "users",
    "Waiting to start": "circle-dashed",
    "Nobody left": "circle",
    "Ended": "phone-off",
    "Ringing": "bell-ring",
    "Muted": "mic-off",
    "In no conference": "circle-dashed",
    "In two calls": "users",
    "Idle": "circle",
    "Wrapping up": "pen-line",
    "Waiting": "user-x",
    "Bridged": "audio-lines",
    "Hung up": "phone-off",
}
KIND_ICONS: Final = {"agent": "headset", "customer": "user", "supervisor": "shield-user", "system": "bot"}
TURNING: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
WARN_BEFORE_EXPIRY: Final = 15 * 60.0


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sheet (`layout/_icons.html`). It says nothing to a screen reader: put words beside it."""
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href="#icon-{}"/></svg>', name)


@register.simple_tag
def zone_name() -> str:
    """Return the name of the time zone in which times are written."""
    return reading.zone()


@register.simple_tag(takes_context=True)
def supervision_bar(context: Mapping[str, Any]) -> SafeString:
    """Draw the user's own supervision from the page's `bar` alone: the rest of the page may be about another call."""
    bar = context.get("bar") or {"supervision": None}
    return SafeString(render_to_string(fragments.PANEL, bar, context.get("request")))


@register.simple_tag(takes_context=True)
def call_row(context: Mapping[str, Any], call: Call | Caller) -> SafeString:
    """Draw the row of a call, or of a caller who is in none, as the page's `audience` sees it."""
    if isinstance(call, Caller):
        return SafeString(caller_row(call))
    return SafeString(call_cache.row(context["audience"], call))


@register.simple_tag
def cell(name: str, call: Call, shows: str) -> SafeString:
    """Draw a part of a call's row: the template of that name, given a `call` with the values that `shows` names."""
    return cells.drawn(f"dashboard/board/cells/_{name}.html", call=part_of(call, shows))


@register.simple_tag
def agent_row(row: AgentRow) -> SafeString:
    """Draw an agent's row; where that fails, one that says so."""
    return SafeString(showing.shown(row_id(row.pk), lambda: fragments.agent(row)))


@register.simple_tag
def mode_icon(role: str) -> SafeString:
    """Draw the icon of monitor, whisper or barge; a question mark for a role that is not known."""
    return icon(MODE_ICONS.get(role, "circle-question-mark"))


@register.simple_tag
def state_icon(status: str) -> SafeString:
    """Draw the shape that goes with a call's state."""
    return icon(STATE_ICONS.get(status, "circle-question-mark"))


@register.simple_tag
def kind_icon(kind: str) -> SafeString:
    """Draw what kind of person is on a leg."""
    return icon(KIND_ICONS.get(kind, "circle-question-mark"))


@register.simple_tag
def heading(call: Call | PastCall) -> SafeString:
    """Write what a call is called: its people, each apart from the direction of the text around, or else its name."""
    agents, others = (names(one, "and") if one else "" for one in (call.heading.agents, call.heading.others))
    return SafeString(with_words(agents, others)) if agents or others else format_html("<bdi>{}</bdi>", call.name)


@register.filter
def title_of(call: Call) -> str:
    """Return what a call is called as plain text, for a page's title."""
    return upright(str(call.heading) or call.name)


@register.simple_tag
def names(people: Iterable[Person | str], last: str = "") -> SafeString:
    """Write names one after another, each apart from the direction of the text around it; `last`: "and", "or" or ""."""
    marked = [format_html("<bdi>{}</bdi>", one if isinstance(one, str) else one.label) for one in people]
    join = {"and": listed, "or": either}.get(last, ", ".join)
    return SafeString(join(marked))


@register.simple_tag
def hearing(call: Call, supervision: Supervision) -> str:
    """Say who hears this supervisor, whose join was sent."""
    return upright(said_of(call, supervision))


@register.simple_tag
def will_hear(call: Call, supervision: Supervision) -> str:
    """Say who will hear this supervisor once the phone was answered."""
    return gettext("Once you answer: {sentence}").format(sentence=upright(call.will_hear(supervision)))


@register.simple_tag
def joining_as(role: str) -> str:
    """Say in which mode a supervisor is on the way in."""
    return joining_words(role)


@register.filter
def in_words(state: str) -> str:
    """Put the state of a call, a leg or an agent into the reader's words."""
    return state_words(state)


@register.filter
def counted(state: str) -> str:
    """Put a state into words beside the number of agents in it."""
    return counted_words(state)


@register.simple_tag
def in_general(role: str) -> str:
    """Say who hears a supervisor in this mode, whatever the call."""
    return hearing_words.in_general(role)


@register.filter
def upright(sentence: str) -> str:
    """Take out the characters by which a name would turn around the sentence it stands in (Unicode TR 9, 2.1-2.7)."""
    return TURNING.sub("", sentence)


@register.filter
def elapsed(since: datetime | None, until: datetime | None = None) -> str:
    """Return the time since then, up to now or `until`, as m:ss, or h:mm:ss from an hour on; nothing if not known."""
    return "" if since is None else clock.elapsed_text((until or clock.now()) - since)


@register.filter
def lasting(length: timedelta | None) -> str:
    """Return a length of time as m:ss, or h:mm:ss from an hour on; nothing if not known."""
    return "" if length is None else clock.elapsed_text(length)


@register.filter
def left(until: datetime) -> str:
    """Return the time until then in seconds, none below 0."""
    return f"{max(0, round((until - clock.now()).total_seconds()))} s"


@register.filter
def age(last_event_at: datetime | None) -> str:
    """Return how old what we know is, in its largest unit: 4 s, 12 min, 3 h."""
    return "" if last_event_at is None else clock.age_text(clock.now() - last_event_at)


@register.filter
def is_soon(moment: datetime | None) -> bool:
    """Whether a conference's end by time limit is so near that people should be told."""
    return moment is not None and (moment - clock.now()).total_seconds() < WARN_BEFORE_EXPIRY


@register.filter
def reason(end_reason: str) -> str:
    """Put the provider's reason for an ended conference into words."""
    return end_words(end_reason)


@register.filter
def in_state(calls: Iterable[Call | Caller], status: str) -> int:
    """Count the calls in a state."""
    return sum(call.status == status for call in calls)


@register.filter
def unassigned(calls: Iterable[Call | Caller]) -> int:
    """Count the calls that are recognised for no team."""
    return sum(call.is_unassigned for call in calls)


@register.filter
def repaired(calls: Iterable[Call | Caller]) -> int:
    """Count the calls that were lately put right from the provider's records."""
    return sum(bool(call.drift) for call in calls)


@register.filter
def supervised(calls: Iterable[Call | Caller]) -> int:
    """Count the calls with a supervisor on them."""
    return sum(bool(call.supervisors) for call in calls)
