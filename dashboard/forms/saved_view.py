"""A view of the board saved under a name: what may be one, and the only writer of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conferences.models import SavedView
from dashboard.presenters.board.board_filter import BoardFilter
from dashboard.presenters.board.board_view import BoardView

MOST: Final = 30


def words_of(query: Mapping[str, str]) -> dict[str, str]:
    """Return what an address asks of the board, and nothing else that stands in it."""
    return BoardFilter.read(query).query() | BoardView.read(query).query()


class SavedViewForm(forms.Form):
    """A name for the view that an address asks for. One that is taken is given to it if `replace` says that name."""

    name = forms.CharField(max_length=60, error_messages={"required": _("Give the view a name.")})
    is_default = forms.BooleanField(required=False)
    replace = forms.CharField(max_length=60, required=False)

    def __init__(self, user: User, query: Mapping[str, str], data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self._user = user
        self._words = words_of(query)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        others = self._user.saved_views.exclude(name=name)
        if others.count() >= MOST:
            raise ValidationError(gettext("You have {count} views; remove one first.").format(count=MOST))
        return name

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if (name := found.get("name")) and found.get("replace") != name and self._is_taken(name):
            said = gettext(
                "You have a view “{name}” already. Save it again to replace that one, or choose another name."
            )
            self.add_error("name", ValidationError(said.format(name=name), code="taken"))
        return found

    def _is_taken(self, name: str) -> bool:
        return self._user.saved_views.filter(name=name).exclude(query=self._words).exists()

    @property
    def replaces(self) -> str:
        """The name that is taken, to be sent again by whoever means it."""
        return self["name"].value() if self.has_error("name", "taken") else ""

    def save(self) -> SavedView:
        """Save the view, and let no other be the first one if it is to be that."""
        with transaction.atomic():
            if self.cleaned_data["is_default"]:
                SavedView.objects.filter(user=self._user).update(is_default=False)
            view, _ = SavedView.objects.update_or_create(
                user=self._user,
                name=self.cleaned_data["name"],
                defaults={"query": self._words, "is_default": self.cleaned_data["is_default"]},
            )
        return view


def make_default(view: SavedView, *, is_default: bool) -> None:
    """Have the user see this view first, or the whole board again."""
    with transaction.atomic():
        SavedView.objects.filter(user=view.user).update(is_default=False)
        SavedView.objects.filter(pk=view.pk).update(is_default=is_default)
