"""The admin's name and its one door: the product's own login."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from conferences.admin.home import page as home
from conferences.admin.home import testing
from conferences.admin.home.sections import listed_by
from conferences.admin.loading import page as loading
from conferences.admin.records import erasing, person

admin.site.site_header = "Earshot administration"
admin.site.site_title = "Earshot administration"
admin.site.index_title = "The center"
admin.site.site_url = None  # templates/admin/base_site.html links back to the board in its own words


IN_ADMIN: Final = ("conferences.administer_directory", "conferences.give_rights")


def is_let_in(request: HttpRequest) -> bool:
    """Let in who is staff, and who has a right that is exercised here."""
    user = request.user
    return user.is_active and (user.is_staff or any(user.has_perm(right) for right in IN_ADMIN))


def enter(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Stand in for the admin's own login form: a second form would be a second door to guess passwords at.

    Anybody not logged in has been sent to the product's login before (LoginRequiredMiddleware).
    """
    if not admin.site.has_permission(request):
        raise PermissionDenied("The administration is for staff.")
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if is_ours else reverse("admin:index"))


def addresses() -> list[Any]:
    """Return the admin's addresses, with those of its pages that belong to no model."""
    own = (
        ("directory/load/", loading.load, "load_directory"),
        ("directory/save/", loading.save, "save_directory"),
        ("examination/", home.examination, "examination"),
        ("test-call/", testing.test_call, "test_call"),
        ("people/erase/", erasing.erase, "erase_person"),
        ("people/agent/<int:pk>/", person.agent, "person_agent"),
        ("people/supervisor/<int:pk>/", person.supervisor, "person_supervisor"),
    )
    return [*(path(route, admin.site.admin_view(view), name=name) for route, view, name in own), *_of_models()]


def first_page(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Show the admin's first page with what is wrong and what goes on above its lists."""
    return _index(request, {**home.context(request), **(extra_context or {})})


admin.site.has_permission = is_let_in  # type: ignore[method-assign]
admin.site.login = enter  # type: ignore[method-assign]
_of_models, _index = admin.site.get_urls, admin.site.index
admin.site.get_urls = addresses  # type: ignore[method-assign]
admin.site.index = first_page  # type: ignore[method-assign, assignment]
admin.site.get_app_list = listed_by(admin.site.get_app_list, home.pages)  # type: ignore[method-assign]
