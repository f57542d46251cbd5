"""What stands at the named places of a translated sentence: names kept apart, and times as elements that tick."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.dateformat import format as dated
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from conferences import clock
from conferences.wording.translated import translated_list
from dashboard.language import script_words as language_of_scripts
from dashboard.presenters.call import Call
from dashboard.presenters.rows.caller import Caller

register = template.Library()


@register.filter
def apart(text: object) -> SafeString:
    """Write a name so that its direction does not turn the sentence around it."""
    return format_html("<bdi>{}</bdi>", text)


@register.filter
def strong(text: object) -> SafeString:
    """Write a number or a word in bold."""
    return format_html("<b>{}</b>", text)


@register.filter
def at(moment: datetime | None, form: str = "H:i:s") -> SafeString:
    """Write a moment by the reader's clock."""
    if moment is None:
        return SafeString("")
    here = timezone.localtime(moment)
    return format_html('<time datetime="{}">{}</time>', here.isoformat(), dated(here, form))


@register.filter(expects_localtime=True)
def day(moment: date) -> str:
    """Write a day as the reader's language does."""
    return dated(moment, pgettext("how a day is written, by Django's date filter", "j M Y"))


@register.filter(expects_localtime=True)
def day_and_time(moment: datetime, form: str = "H:i") -> str:
    """Write a day of late as the reader's language does, and the time."""
    short = pgettext("how a day without its year is written, by Django's date filter", "j M")
    return dated(moment, f"{short}, {form}")


@register.filter
def at_day(moment: datetime) -> SafeString:
    """Write a moment of another day by the reader's clock."""
    here = timezone.localtime(moment)
    return format_html('<time datetime="{}">{}</time>', here.isoformat(), day_and_time(here))


@register.filter
def put_right(kept: str) -> str:
    """Put what was found to be otherwise, as it is kept, into the reader's words."""
    return translated_list(kept)


@register.simple_tag
def ago(moment: datetime) -> SafeString:
    """Write how long ago something was, as a time that ticks."""
    at, age = timezone.localtime(moment).isoformat(), clock.age_text(clock.now() - moment)
    form = '<time data-age="{}" datetime="{}" hx-morph-skip-children>{}</time>'
    return format_html(form, at, at, age)


@register.simple_tag
def elapsed_since(moment: datetime | None) -> SafeString:
    """Write how long something has been so, as a time that ticks; nothing where it is not known."""
    if moment is None:
        return SafeString("")
    here = timezone.localtime(moment)
    form = '<time data-since="{0}" datetime="{0}" title="{1}" hx-morph-skip-children>{2}</time>'
    title = gettext("since {moment}").format(moment=here.strftime("%H:%M:%S"))
    return format_html(form, here.isoformat(), title, clock.elapsed_text(clock.now() - moment))


@register.simple_tag
def duration(call: Call | Caller) -> SafeString:
    """Write how long a call has been going on, as a time that ticks; or lasted. Nothing where that is not known."""
    if call.started_at is None:
        return SafeString("")
    length = clock.elapsed_text(
        (call.ended_at if not call.is_live and call.ended_at else clock.now()) - call.started_at
    )
    if not call.is_live:
        return format_html('<span class="lasted">{}</span>', length)
    at = timezone.localtime(call.started_at).isoformat()
    return format_html('<time data-since="{0}" datetime="{0}" hx-morph-skip-children>{1}</time>', at, length)


@register.simple_tag
def seconds_left(moment: datetime) -> SafeString:
    """Write how many seconds are left, as a time that ticks."""
    at, left = timezone.localtime(moment).isoformat(), max(0, round((moment - clock.now()).total_seconds()))
    form = '<time data-left="{}" datetime="{}" aria-live="off" hx-morph-skip-children>{} s</time>'
    return format_html(form, at, at, left)


@register.simple_tag
def script_words() -> SafeString:
    """Write the sentences that the page's scripts say, as data for static/dashboard/js/words.js."""
    return json_script(language_of_scripts.script_words(), "words")
