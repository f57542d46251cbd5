"""What can be done in the directory's lists for many rows at once, and by what they are narrowed."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conferences.admin.loading.rights import groups_beyond
from conferences.models import Supervisor, Team

_NO_CHOICE: Final = "Nothing was changed: choose one of the list."


class Lacking(admin.SimpleListFilter):
    """Those without what they are recognised by; the subclass says what that is."""

    title = "recognised"
    parameter_name = "lacking"
    related = ""

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "cannot be recognised"), ("no", "can be recognised")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        lacking = {f"{self.related}__isnull": True}
        if self.value() == "yes":
            return queryset.filter(**lacking)
        return queryset.exclude(**lacking) if self.value() == "no" else queryset


class WithoutAddress(Lacking):
    related = "addresses"


class WithoutNumber(Lacking):
    related = "numbers"


def list_link(name: str, lookup: str, of: Model, count: int) -> SafeString:
    """Return a count as the link to the list of what it counts."""
    return format_html(
        '<a href="{}?{}={}">{}</a>', reverse(f"admin:conferences_{name}_changelist"), lookup, of.pk, count
    )


@admin.action(description="Move to a team…", permissions=["change"])
def move_to_team(page: Any, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
    """Ask for the team, then move the agents or queues there; live calls follow. Where two are asked for, they wait."""
    if "choice" not in request.POST:
        return _ask(page, request, chosen, what="Move to which team?", choices=Team.objects.all())
    team = _choice(request, Team)
    if team is None:
        messages.error(request, _NO_CHOICE)
        return None
    wanted = list(chosen.exclude(team=team))
    for row in wanted:
        row.team = team
        row.save(update_fields=["team"])
    moved = [row for row in wanted if row.team_id == team.pk]
    _keep(request, moved, f"Moved to the team {team}.")
    if waits := len(wanted) - len(moved):
        messages.warning(request, f"{waits} will be moved to {team} once a second person confirms it.")
    if moved or not waits:
        messages.success(request, f"{len(moved)} moved to {team}.")
    return None


@admin.action(description="Give a group…", permissions=["change"])
def give_group(page: Any, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
    """Ask for the group, then put the people into it; nobody gives a right that she lacks herself."""
    if "choice" not in request.POST:
        return _ask(page, request, chosen, what="Give which group?", choices=Group.objects.order_by("name"))
    group = _choice(request, Group)
    if group is None:
        messages.error(request, _NO_CHOICE)
        return None
    if not _may_change_people(request, group):
        messages.error(request, "You may not give this group: it has rights that you do not have yourself.")
        return None
    people = [one for one in _people(chosen) if group not in one.groups.all()]
    for person in people:
        person.groups.add(group)
    _keep(request, people, f"Put into the group {group}.")
    messages.success(request, f"{len(people)} put into {group}.")
    return None


@admin.action(description="Deactivate: no login, and out of every call", permissions=["change"])
def deactivate(page: Any, request: HttpRequest, chosen: QuerySet[Any]) -> None:
    """Take away the login, which ends what they listen to within seconds; what is recorded of them stays."""
    if not _may_change_people(request):
        messages.error(request, "You may not change users.")
        return
    people = [one for one in _people(chosen) if one.is_active and one.pk != request.user.pk]
    if not request.user.is_superuser:
        people = [one for one in people if not one.is_superuser]
    for person in people:
        person.is_active = False
        person.save(update_fields=["is_active"])
    _keep(request, people, "Deactivated.")
    messages.success(request, f"{len(people)} deactivated.")


def _people(chosen: QuerySet[Any]) -> list[User]:
    """Return the users behind rows of users or of supervisors."""
    if chosen.model is Supervisor:
        return list(User.objects.filter(supervisor__in=chosen).prefetch_related("groups"))
    return list(chosen.prefetch_related("groups"))


def _may_change_people(request: HttpRequest, *groups: Group) -> bool:
    user = request.user
    return isinstance(user, User) and user.has_perm("auth.change_user") and not groups_beyond(user, list(groups))


def _ask(page: Any, request: HttpRequest, chosen: QuerySet[Any], *, what: str, choices: Any) -> HttpResponse:
    context = page.admin_site.each_context(request) | {
        "title": what,
        "opts": page.opts,
        "chosen": chosen,
        "choices": choices,
        "action": request.POST.get("action", ""),
    }
    return TemplateResponse(request, "admin/conferences/choose.html", context)


def _choice(request: HttpRequest, model: Any) -> Any:
    text = request.POST.get("choice", "")
    return model.objects.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 19 else None


def _keep(request: HttpRequest, rows: list[Any], said: str) -> None:
    """In the admin's history of each row, as when it is saved there."""
    LogEntry.objects.bulk_create([_entry(request, row, said) for row in rows])


def _entry(request: HttpRequest, row: Model, said: str) -> LogEntry:
    return LogEntry(
        user_id=request.user.pk or 0,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=CHANGE,
        change_message=said,
    )
