"""The fields under "More options": how one join may differ from the queue's policy, for those who are permitted to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from conferences.join_options import NAMES, JoinOptions
from conferences.models.directory import REGION_CHOICES, Beep

MARK: Final = "options"  # sent beside them: a box that is not ticked sends nothing


def option_fields() -> dict[str, forms.Field]:
    """One field for each of JoinOptions' names; the address of hold audio only where some place is allowed."""
    made: dict[str, forms.Field] = {
        "beep_enabled": forms.ChoiceField(choices=Beep, label=_("Beep for everyone")),
        "region": forms.ChoiceField(
            choices=[("", _("where the account keeps its data")), *REGION_CHOICES], required=False, label=_("Region")
        ),
        "mute": _tick(_("Join muted")),
        "hold": _tick(_("Join on hold")),
        "hold_media_name": forms.CharField(
            required=False, max_length=255, label=_("Hold sound stored at the provider")
        ),
        "hold_audio_url": forms.CharField(required=False, max_length=500, label=_("or its address")),
        "start_conference_on_enter": _tick(_("Joining starts the conference")),
        "end_conference_on_exit": _tick(_("Leaving ends the call for everyone: everyone is hung up, the customer too")),
        "soft_end_conference_on_exit": _tick(_("Leaving ends the conference: the others no longer hear each other")),
    }
    if not settings.HOLD_AUDIO_ALLOWED_ORIGINS:
        del made["hold_audio_url"]
    return made


def chosen_options(cleaned: dict[str, Any], policy: JoinOptions) -> JoinOptions:
    """Return what was chosen; the policy stands for a field that was not shown."""
    return JoinOptions.read(policy.stored() | {name: cleaned[name] for name in NAMES if name in cleaned})


def options_sent(sent: Mapping[str, str], policy: JoinOptions) -> JoinOptions:
    """Return what bears on who hears her of the options as an open form has them; a form without shows the policy."""
    if MARK not in sent:
        return policy
    return replace(policy, mute="mute" in sent, hold="hold" in sent)


def _tick(label: Any) -> forms.BooleanField:
    return forms.BooleanField(required=False, label=label)
