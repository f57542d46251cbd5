"""Django's admin classes under names that only the type checker sees as generic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.forms.models import BaseInlineFormSet

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
    Stacked = admin.StackedInline[Any, Any]
    FormSet = BaseInlineFormSet[Any, Any, Any]
else:
    Admin = admin.ModelAdmin
    Inline = admin.TabularInline
    Stacked = admin.StackedInline
    FormSet = BaseInlineFormSet

__all__ = ["Admin", "FormSet", "Inline", "Stacked"]
