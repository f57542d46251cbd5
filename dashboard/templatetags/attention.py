"""How the reasons for attention are put on the screen: words, with times that tick."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conferences import clock
from conferences.attention import Kind, Reason
from conferences.wording.attention import reason_words
from dashboard.templatetags.calls import elapsed

register = template.Library()

MINUTE = 60


@register.simple_tag
def reason(found: Reason) -> SafeString:
    """Say why, with the moments from which on the browser is to show it, in seconds of the epoch."""
    now = clock.now()
    said = reason_words(found.kind, found.count)
    return format_html(
        '<span class="reason" data-kind="{}" data-rank="{}" data-since="{}" data-warn="{}"{}{}>{}</span>',
        found.kind,
        found.rank,
        _epoch(found.since),
        _epoch(found.warn_at),
        format_html(' data-alarm="{}"', _epoch(found.alarm_at)) if found.alarm_at else "",
        "" if found.level(now) else SafeString(" hidden"),
        format_html(said, time=_time(found), limit=_limit(found.limit), count=found.count, who=_name(found.who)),
    )


@register.filter
def waiting_since(found: Iterable[Reason]) -> datetime | None:
    """Return since when nobody has taken the call."""
    return next((one.since for one in found if one.kind in (Kind.WAITING, Kind.NO_AGENT)), None)


def _time(found: Reason) -> SafeString:
    if found.until is not None:
        left = elapsed(clock.now(), found.until)
        return format_html('<time data-counts-to="{}" hx-morph-skip-children>{}</time>', found.until.isoformat(), left)
    said = elapsed(found.since)
    return format_html('<time data-since="{}" hx-morph-skip-children>{}</time>', found.since.isoformat(), said)


def _limit(seconds: int | None) -> str:
    """A promise in whole minutes from five on, and as a clock has it below."""
    if seconds is None:
        return ""
    if seconds % MINUTE == 0 and seconds >= 5 * MINUTE:
        return f"{seconds // MINUTE} min"
    return f"{seconds // MINUTE}:{seconds % MINUTE:02}"


def _name(who: str) -> SafeString:
    return format_html("<bdi>{}</bdi>", who)


def _epoch(moment: datetime) -> str:
    return f"{moment.timestamp():.1f}"
