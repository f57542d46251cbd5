"""The filters of the list of ended calls: what may be asked for, and what to say of what may not."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conferences.addresses import InvalidAddress, normalise
from conferences.history.search import Wanted
from conferences.models import Agent, full_name
from conferences.models.listening.scope import queues_in, scope_of
from conferences.policy import may_see_numbers
from conferences.wording.translated import translated
from dashboard.forms.audit_filter import Day

REASONS: Final = {
    "all_left": _("Everybody left"),
    "host_left": _("The leg that held the call left"),
    "time_exceeded": _("The time limit was reached"),
    "ended_via_api": _("Ended by an application"),
}
LONGEST: Final = 24 * 60  # minutes, of a call
# No index has lengths: calls are looked through one by one for them, of so many days; of more if the reader says which.
DAYS_BY_LENGTH: Final = 7
MOST_DAYS_BY_LENGTH: Final = 92
_MINUTES: Final = _("Write whole minutes, such as 25.")


def _minutes(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=LONGEST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6}),
        error_messages={"invalid": _MINUTES, "min_value": _MINUTES, "max_value": _MINUTES},
    )


class _Named(forms.ModelChoiceField):  # type: ignore[type-arg] # of several models
    def __init__(self, label: Any, **kwargs: Any) -> None:
        gone = {"invalid_choice": _("That is not there any more, or not of your teams.")}
        super().__init__(
            Agent.objects.none(), label=label, required=False, empty_label=_("Any"), error_messages=gone, **kwargs
        )

    def label_from_instance(self, obj: Any) -> str:
        return full_name(obj) if isinstance(obj, User) else str(obj)


class HistoryFilter(forms.Form):
    """Every field narrows the list; one that cannot be understood is said to be so and narrows nothing."""

    from_day = Day(_("From"))
    to_day = Day(_("To"))
    queue = _Named(_("Queue"))
    agent = _Named(_("Agent"))
    supervisor = _Named(_("Supervisor"))
    supervised = forms.ChoiceField(
        label=_("Supervised"), required=False, choices=[("", _("Either")), ("yes", _("Yes")), ("no", _("No"))]
    )
    shortest = _minutes(_("At least, minutes"))
    longest = _minutes(_("At most, minutes"))
    reason = forms.ChoiceField(label=_("Why it ended"), required=False, choices=[("", _("Any")), *REASONS.items()])
    number = forms.CharField(label=_("Number"), required=False, max_length=100)

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data)
        scope = scope_of(user)
        teams = scope.teams
        self._choose("queue", queues_in(scope))
        self._choose("agent", Agent.objects.filter(team__in=teams))
        self._choose("supervisor", User.objects.filter(supervisor__teams__in=teams).distinct().order_by("first_name"))
        if not may_see_numbers(user):
            del self.fields["number"]

    def _choose(self, name: str, among: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = among

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        for first, last, said in (
            ("from_day", "to_day", _("The last day is before the first.")),
            ("shortest", "longest", _("No call is shorter than this and longer than that.")),
        ):
            if None not in (found.get(first), found.get(last)) and found[last] < found[first]:
                self.add_error(last, said)
        return found

    def clean_number(self) -> str:
        typed: str = self.cleaned_data["number"].strip()
        if not typed:
            return ""
        try:
            return normalise(typed)
        except InvalidAddress as error:
            raise forms.ValidationError(translated(str(error))) from None

    @property
    def first_day(self) -> date | None:
        """The first day of which calls are looked through for their length; None where the days need no bound."""
        found = self.cleaned_data if self.is_valid() else {}
        by_length = found.get("shortest") is not None or found.get("longest") is not None
        if not by_length or found.get("number"):
            return None
        last, chosen = found.get("to_day") or timezone.localdate(), found.get("from_day")
        first = last - timedelta(days=(MOST_DAYS_BY_LENGTH if chosen else DAYS_BY_LENGTH) - 1)
        return first if chosen is None or chosen < first else None

    @property
    def wanted(self) -> Wanted:
        """What is asked for. Whole days are days where the contact center is (TIME_ZONE)."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return Wanted(
            since=_start(self.first_day or found.get("from_day")),
            until=_start(found["to_day"] + timedelta(days=1)) if "to_day" in found else None,
            queue=found["queue"].pk if "queue" in found else None,
            agent=found["agent"].pk if "agent" in found else None,
            supervisor=found["supervisor"].pk if "supervisor" in found else None,
            supervised={"yes": True, "no": False}.get(found.get("supervised", "")),
            shortest=_length(found.get("shortest")),
            longest=_length(found.get("longest")),
            reason=found.get("reason", ""),
            number=found.get("number", ""),
        )


def _start(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def _length(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
