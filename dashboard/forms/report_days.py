"""The days that a report is about: a month to begin with, a quarter at most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext

from dashboard.forms.audit_filter import Day, start_of

USUAL: Final = 30
MOST: Final = 92


class ReportDays(forms.Form):
    """What cannot be understood is said to be so, and the usual days are shown."""

    from_day = Day("From")
    to_day = Day("To")

    def __init__(self, data: Mapping[str, Any], *, usual: int = USUAL) -> None:
        """`usual`: how many days, up to today, where none are asked for."""
        today = timezone.localdate()
        first = {"from_day": today - timedelta(days=usual - 1), "to_day": today}
        super().__init__({name: data.get(name) or day.isoformat() for name, day in first.items()})
        self.fields["from_day"].label, self.fields["to_day"].label = gettext("From"), gettext("To")
        self._usual = first

    def clean(self) -> dict[str, Any]:
        """Refuse days that are no stretch of time, or too many for one report."""
        first, last = self.cleaned_data.get("from_day"), self.cleaned_data.get("to_day")
        if first and last and last < first:
            self.add_error("to_day", gettext("The last day is before the first."))
        elif first and last and (last - first).days >= MOST:
            self.add_error("to_day", gettext("A report is about %(days)s days at most.") % {"days": MOST})
        return self.cleaned_data

    @property
    def days(self) -> list[date]:
        """Each day that the report is about."""
        asked = self.cleaned_data if self.is_valid() else self._usual
        count = (asked["to_day"] - asked["from_day"]).days + 1
        return [asked["from_day"] + timedelta(days=number) for number in range(count)]

    @property
    def query(self) -> str:
        """The same days as an address asks for them."""
        return urlencode({"from_day": self.days[0].isoformat(), "to_day": self.days[-1].isoformat()})

    @property
    def within(self) -> tuple[datetime, datetime]:
        """From when on, and up to when."""
        return start_of(self.days[0]), start_of(self.days[-1] + timedelta(days=1))
