"""The directory's pages, open by one right beside Django's own four for each table."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.options import InlineModelAdmin
from django.http import HttpRequest

from conferences.admin.typed import Stacked
from conferences.models import ListeningPolicy


class ByRight:
    """Open to whoever may administer the directory, beside those who hold Django's permission for the table."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request) or super().has_view_permission(request, obj)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        further = (obj,) if isinstance(self, InlineModelAdmin) else ()
        return administers(request) or super().has_add_permission(request, *further)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request) or super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request) or super().has_delete_permission(request, obj)  # type: ignore[misc]


def administers(request: HttpRequest) -> bool:
    """Return whether whoever asks may change all of the directory."""
    return request.user.has_perm("conferences.administer_directory")


class ListeningForm(forms.ModelForm):  # type: ignore[type-arg]
    """The policy, and a tick by which whoever saves it confirms the notice as it is worded."""

    confirm = forms.BooleanField(
        label="I confirm the notice as it is worded here", required=False, help_text="On record, with your name."
    )

    class Meta:
        model = ListeningPolicy
        fields = (
            "monitor",
            "whisper",
            "barge",
            "monitor_first",
            "reason_required",
            "reasons",
            "most_audible",
            "longest_minutes",
            "beep",
            "agents_told",
            "notice",
        )

    def save(self, commit: bool = True) -> Any:
        row = self.instance
        if self.cleaned_data["confirm"] and not row.has_notice:
            row.notice_confirmed, row.notice_version = row.notice, row.notice_version + 1
        return super().save(commit)


class Listening(ByRight, Stacked):
    """How the calls of a queue or a team may be listened to."""

    model = ListeningPolicy
    form = ListeningForm
    extra = 0
    max_num = 1
