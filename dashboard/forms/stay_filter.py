"""The filters of the audit by stay: who listened, to whom, in which team, queue and mode, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from conferences.models import AuditEntry, Conference, Participant, Queue, Supervision, Team
from dashboard.forms.audit_filter import Day, start_of


class StayFilter(forms.Form):
    """Every field narrows the list; one that cannot be understood is said to be so and narrows nothing."""

    supervisor = forms.CharField(label=_("Supervisor"), required=False, max_length=100)
    agent = forms.CharField(label=_("Agent"), required=False, max_length=100)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False, empty_label=_("Any"))
    queue = forms.ModelChoiceField(Queue.objects.none(), label=_("Queue"), required=False, empty_label=_("Any"))
    mode = forms.ChoiceField(label=_("Mode"), required=False, choices=[("", _("Any")), *Supervision.Role.choices])
    from_day = Day(_("From"))
    to_day = Day(_("To"))

    def __init__(self, *args: Any, teams: QuerySet[Team], queues: QuerySet[Queue], **kwargs: Any) -> None:
        """Let the reader choose among these."""
        super().__init__(*args, **kwargs)
        self._choice("team").queryset = teams
        self._choice("queue").queryset = queues

    def narrow(self, stays: QuerySet[Supervision]) -> QuerySet[Supervision]:
        """Keep the stays asked for. Whole days are days where the contact center is (TIME_ZONE)."""
        self.is_valid()
        for name, value in self.cleaned_data.items():
            if value:
                stays = stays.filter(_CONDITIONS[name](value))
        return stays

    def _choice(self, name: str) -> forms.ModelChoiceField[Any]:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        return field


def _in_mode(role: str) -> Exists:
    taken = AuditEntry.objects.filter(supervision=OuterRef("pk"), action__in=("join", "update"), result="ok", role=role)
    return Exists(taken)


def _with_agent(text: str) -> Exists:
    named = Participant.objects.filter(conference=OuterRef("conference"), leg__agent__name__icontains=text)
    return Exists(named)


_CONDITIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "supervisor": lambda text: (
        Q(user__username__icontains=text)
        | Q(pk__in=AuditEntry.objects.filter(detail__actor_name__icontains=text).values("supervision"))
    ),
    "agent": _with_agent,
    "team": lambda team: Q(conference__in=Conference.objects.of_teams([team.pk])),
    "queue": lambda queue: Q(conference__queue=queue),
    "mode": _in_mode,
    "from_day": lambda day: Q(created_at__gte=start_of(day)),
    "to_day": lambda day: Q(created_at__lt=start_of(day + timedelta(days=1))),
}
