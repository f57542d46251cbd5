"""The list of keys, on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from dashboard.presenters.board.shortcuts import keys_of, shortcuts

register = template.Library()


@register.simple_tag(takes_context=True)
def keyboard_shortcuts(context: Mapping[str, Any]) -> SafeString:
    """Draw the dialog that lists the user's keys and lets them be changed."""
    keys = keys_of(context["request"].user)
    found = {"shortcuts": shortcuts(keys), "saved_keys": keys}
    return SafeString(render_to_string("dashboard/layout/_keyboard_shortcuts.html", found, context["request"]))


@register.filter
def of_action(keys: Mapping[str, str], action: str) -> str:
    """Return the key that is in force for an action."""
    return keys.get(action, "")
