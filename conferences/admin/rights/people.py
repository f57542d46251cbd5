"""Forms of users and groups: rights are given by who may give them, and by two where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from conferences.admin.live import reaching_live_calls
from conferences.admin.typed import Admin
from conferences.errors import NotAllowed
from conferences.models import Queue, RightsGrant
from conferences.rights import waiting

# The permissions that mean something here; Django makes four more for each table, which nothing asks for.
MEANT: Final = {
    "view_board", "monitor_conference", "whisper_conference", "barge_conference", "override_join_policy",
    "end_supervision", "view_unassigned", "view_customer_number", "view_auditentry", "export_audit",
    "administer_directory", "give_rights", "view_conference", "view_leg", "view_participant", "view_supervision",
    "view_fact", "view_user", "add_user", "change_user", "view_group",
}  # fmt: skip
_GIVEN: Final = ("is_staff", "is_superuser", "groups", "user_permissions")

if TYPE_CHECKING:
    Users = UserAdmin[User]
else:
    Users = object

admin.site.unregister(Group)


def _may_give(request: HttpRequest) -> bool:
    return request.user.has_perm("conferences.give_rights")


def _meant(held: QuerySet[Permission]) -> QuerySet[Permission]:
    """Those that mean something, and what is held already: saving a form must take nothing that it does not show."""
    rows = Permission.objects.select_related("content_type")
    return rows.filter(Q(codename__in=MEANT, content_type__app_label__in=("conferences", "auth")) | Q(pk__in=held))


class OfUsers(Users):
    """For a user's form: who is no superuser makes and changes none, and who may not gives no rights."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = () if _may_give(request) else _GIVEN
        if not request.user.is_superuser:
            fixed = (*fixed, "is_superuser")
        return (*super().get_readonly_fields(request, obj), *dict.fromkeys(fixed), "last_login", "date_joined")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not is_above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj) and super().has_delete_permission(request, obj)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "user_permissions" and field is not None:
            key = (request.resolver_match.kwargs if request.resolver_match else {}).get("object_id")
            held = Permission.objects.filter(user=key if str(key).isdigit() else None)
            field.queryset = _meant(held)
        return field

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)
        _tell(self, request, RightsGrant.objects.filter(user=form.instance, decided_at=None))


class OfSupervisors:
    """For a supervisor's form: whose it is stays, for teams and phones would be somebody else's with it."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = () if obj is None else ("user",)
        return (*super().get_readonly_fields(request, obj), *fixed)  # type: ignore[misc]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        _tell(self, request, RightsGrant.objects.filter(user=form.instance.user, decided_at=None))


class OfMoved:
    """For the form of a queue or an agent: its team may wait for a second person, and is then the one before."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        mine = Q(moved_queue=form.instance) if isinstance(form.instance, Queue) else Q(moved_agent=form.instance)
        _tell(self, request, RightsGrant.objects.filter(mine, decided_at=None))


@admin.register(Group)
class RightsGroupAdmin(GroupAdmin):
    """What a group gives, many have: it is changed by whoever may give rights."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _may_give(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_give(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_give(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_give(request) or super().has_view_permission(request, obj)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None and request is not None:
            key = (request.resolver_match.kwargs if request.resolver_match else {}).get("object_id")
            field.queryset = _meant(Permission.objects.filter(group=key if str(key).isdigit() else None))
        return field

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)
        _tell(self, request, RightsGrant.objects.filter(to_group=form.instance, decided_at=None))


@admin.register(RightsGrant)
class RightsGrantAdmin(Admin):
    """What waits for a second person: read, confirmed or refused, and otherwise never changed."""

    list_display = ("__str__", "asked_by", "asked_at", "confirmed", "decided_by", "decided_at")
    list_filter = ("confirmed",)
    list_display_links = None
    actions = ("confirm", "refuse")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_give(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_give(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Confirm: the rights chosen are in force", permissions=["view"])
    def confirm(self, request: HttpRequest, chosen: QuerySet[RightsGrant]) -> None:
        self._decide(request, chosen, waiting.confirm)

    @admin.action(description="Refuse the rights chosen", permissions=["view"])
    def refuse(self, request: HttpRequest, chosen: QuerySet[RightsGrant]) -> None:
        self._decide(request, chosen, waiting.refuse)

    def _decide(self, request: HttpRequest, chosen: QuerySet[RightsGrant], decide: Any) -> None:
        names = ("user", "to_group", "group", "permission", "team", "queue", "moved_queue", "moved_agent")
        with reaching_live_calls():
            for grant in chosen.filter(decided_at=None).select_related(*names):
                try:
                    decide(grant, request.user)
                except NotAllowed as error:
                    self.message_user(request, f"{grant}: {error.sentence}", messages.WARNING)


def _tell(form_admin: Any, request: HttpRequest, waits: QuerySet[RightsGrant]) -> None:
    for grant in waits:
        form_admin.message_user(request, f"{grant}: waits for a second person to confirm it.", messages.WARNING)
