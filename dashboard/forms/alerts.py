"""What a user wants to be alerted to: a tick for each kind and means, and quiet hours."""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from conferences.models import AlertChoice
from conferences.wording.alerts import NAMES, alert_name
from dashboard.alerts.choices import DESKTOP, MEANS, SOUND, choose

_TICKS: Final = {SOUND: _("%(name)s: by sound"), DESKTOP: _("%(name)s: on the desktop")}


class AlertsForm(forms.Form):
    """Every tick is a field of its own, `<kind>-<means>`."""

    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    quiet_until = forms.TimeField(label=_("until"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M"))

    @classmethod
    def of(cls, choice: AlertChoice) -> AlertsForm:
        """Return the form as it stands chosen."""
        ticked = {f"{kind}-{one}": True for kind, means in choice.kinds.items() for one in means}
        return cls(initial={**ticked, "quiet_from": choice.quiet_from, "quiet_until": choice.quiet_until})

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, str, bool, str]]]]:
        """Each kind by name, with its fields: name, means, whether it is ticked, and what it is called."""
        data = self.data if self.is_bound else self.initial

        def tick(kind: str, means: str) -> tuple[str, str, bool, str]:
            field = f"{kind}-{means}"
            return field, means, bool(data.get(field)), str(_TICKS[means]) % {"name": alert_name(kind)}

        return [(alert_name(kind), [tick(kind, one) for one in MEANS]) for kind in NAMES]

    def clean(self) -> None:
        if (self.cleaned_data.get("quiet_from") is None) != (self.cleaned_data.get("quiet_until") is None):
            self.add_error("quiet_from", _("Give both times, or none."))

    def save(self, user: User) -> None:
        """Keep what was ticked."""
        chosen = {kind: [one for one in MEANS if f"{kind}-{one}" in self.data] for kind in NAMES}
        choose(user, chosen, self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"])
