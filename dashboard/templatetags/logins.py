"""How the places where somebody is logged in are told apart."""

from __future__ import annotations

from typing import Final

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

register = template.Library()

# In this order: most browsers call themselves by the others' names as well.
BROWSERS: Final = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", _("an iPhone")),
    ("iPad", _("an iPad")),
    ("Windows", "Windows"),
    ("Mac OS", _("a Mac")),
    ("Linux", "Linux"),
)


@register.filter
def browser_name(said: str) -> str:
    """What a browser says of itself, in two words as far as it is known."""
    browser = next((name for mark, name in BROWSERS if mark in said), gettext("A browser"))
    system = next((name for mark, name in SYSTEMS if mark in said), "")
    return gettext("{browser} on {system}").format(browser=browser, system=gettext(system)) if system else browser
