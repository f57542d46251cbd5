"""The demo's guide through a first whisper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def guide(context: Mapping[str, Any]) -> SafeString | str:
    """Draw the guide for whoever may whisper; nothing anywhere but in the demo."""
    user = context["request"].user
    if not settings.DEMO or not user.has_perm("conferences.whisper_conference"):
        return ""
    return SafeString(render_to_string("dashboard/layout/_guide.html", request=context["request"]))
