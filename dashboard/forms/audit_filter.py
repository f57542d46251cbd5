"""The audit page's filters: what may be asked for, and what to say of what may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conferences import clock
from conferences.addresses import mask_numbers
from conferences.models import AuditEntry, Gap

ACTIONS: Final = {
    "dial": _("Call the phone"),
    "ring": _("Phone called"),
    "ask": _("Ask for the key"),
    "join": _("Join"),
    "update": _("Change mode"),
    "mute": _("Mute the phone"),
    "unmute": _("Unmute the phone"),
    "unhold": _("Take the phone off hold"),
    "leave": _("Leave"),
    "alone": _("Everybody had left"),
    "confirm": _("Mode confirmed"),
    "out": _("Out of the call"),
    "withdraw": _("May listen no longer"),
    "follow": _("Wait for an agent’s next call"),
    "unfollow": _("No longer wait for an agent’s next call"),
    "end": _("End another's supervision"),
    "hangup": _("Hang up"),
    "sensitive": _("Sensitive section begun"),
    "sensitive_end": _("Sensitive section over"),
    "hand_offer": _("Hand-over offered"),
    "hand_accept": _("Hand-over accepted"),
    "hand_end": _("Hand-over over"),
    "help": _("Help asked for"),
    "help_take": _("Help taken on"),
    "help_release": _("Help given up"),
    "help_end": _("Help over"),
    "refuse": _("Refused"),
    "login": _("Log in"),
    "logout": _("Log out"),
    "end_login": _("End a login"),
    "mail_link": _("Mail a link to choose a password"),
    "give_link": _("Give a link to choose a password"),
    "add_factor": _("Add a second factor"),
    "remove_factor": _("Remove a second factor"),
    "fail_factor": _("Fail at a second factor"),
    "read": _("Read"),
    "add": _("Add"),
    "change": _("Change"),
    "remove": _("Remove"),
    "erase": _("Erase details"),
    "prune": _("Delete what is old"),
    "export": _("Export the audit"),
    "take_in": _("Chain late entries"),
}
WAITING: Final = "waiting"
RESULTS: Final = {
    AuditEntry.Result.OK.value: _("Accepted"),
    AuditEntry.Result.REFUSED.value: _("Refused by the provider"),
    AuditEntry.Result.UNKNOWN.value: _("Outcome unknown"),
    AuditEntry.Result.DENIED.value: _("Not allowed here"),
    AuditEntry.Result.UNREACHED.value: _("Not reached"),
    AuditEntry.Result.NO_PERSON.value: _("No person answered"),
    WAITING: _("No outcome yet"),
}
MOST_GAPS: Final = 3
_A_DAY: Final = _("Write a day as year-month-day, such as 2026-11-22.")


class Day(forms.DateField):
    """A day of this century: others are slips of the pen, and times beyond them cannot be reckoned with."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, label: Any) -> None:
        within = [MinValueValidator(date(2000, 1, 1), _A_DAY), MaxValueValidator(date(2099, 12, 31), _A_DAY)]
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            validators=within,
            error_messages={"invalid": _A_DAY},
        )


class AuditFilter(forms.Form):
    """Every field narrows the list; one that cannot be understood is said to be so and narrows nothing."""

    person = forms.CharField(label=_("Person"), required=False, max_length=100)
    # Its name in addresses that people keep; a control called "action" would hide the form's own attribute.
    deed = forms.ChoiceField(
        label=_("Action"),
        required=False,
        choices=[("", _("Any")), *ACTIONS.items()],
        error_messages={"invalid_choice": _("There is no action “%(value)s”.")},
    )
    result = forms.ChoiceField(
        label=_("Result"),
        required=False,
        choices=[("", _("Any")), *RESULTS.items()],
        error_messages={"invalid_choice": _("There is no result “%(value)s”.")},
    )
    from_day = Day(_("From"))
    to_day = Day(_("To"))
    conference = forms.CharField(label=_("Call"), required=False, max_length=255)

    def __init__(self, *args: Any, numbers: bool, **kwargs: Any) -> None:
        """`numbers`: the reader sees customers' numbers in full, and so may search for them."""
        super().__init__(*args, **kwargs)
        self.numbers = numbers

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        first, last = found.get("from_day"), found.get("to_day")
        if first and last and last < first:
            self.add_error("to_day", _("The last day is before the first."))
        return found

    def narrow(self, actions: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Keep the actions asked for. Whole days are days where the contact center is (TIME_ZONE)."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        for name, condition in _CONDITIONS.items():
            if name in found:
                actions = actions.filter(condition(found[name]))
        if "conference" in found:
            actions = actions.filter(self._about(found["conference"], actions))
        return actions

    def _about(self, text: str, actions: QuerySet[AuditEntry]) -> Q:
        """Actions about a call of that name or id. A name is searched only as its reader sees it: found digit by digit,
        a masked number would soon be known.
        """
        same_id, named = Q(telnyx_conference_id__icontains=text), Q(detail__conference_name__icontains=text)
        if self.numbers or not any(one.isdigit() for one in text):
            return same_id | named
        names = actions.filter(named).order_by().values_list("detail__conference_name", flat=True).distinct()
        return same_id | Q(
            detail__conference_name__in=[one for one in names if text.lower() in mask_numbers(one).lower()]
        )

    def gaps(self) -> QuerySet[Gap]:
        """The latest gaps in what is known of calls, of the days asked for. Call after `narrow`."""
        return gaps_within(self.cleaned_data.get("from_day"), self.cleaned_data.get("to_day"))


def gaps_within(first: date | None, last: date | None) -> QuerySet[Gap]:
    """Return the latest gaps in what is known of calls, of these days; None: from the first, up to now."""
    since = start_of(first or date(2000, 1, 1))
    return Gap.objects.within(since, start_of(last + timedelta(days=1)) if last else clock.now())[:MOST_GAPS]


def _with_result(result: str) -> Q:
    if result == WAITING:
        return Q(phase=AuditEntry.Phase.INTENT, outcomes=None)
    return Q(result=result) | Q(pk__in=AuditEntry.objects.filter(result=result).values("intent"))


def start_of(day: date) -> datetime:
    """Return when a day begins where the contact center is."""
    return timezone.make_aware(datetime.combine(day, time.min))


_CONDITIONS: Final[Mapping[str, Callable[[Any], Q]]] = {
    "person": lambda text: Q(detail__actor_name__icontains=text) | Q(actor__username__icontains=text),
    "deed": lambda action: Q(action=action),
    "result": _with_result,
    "from_day": lambda day: Q(at__gte=start_of(day)),
    "to_day": lambda day: Q(at__lt=start_of(day + timedelta(days=1))),
}
