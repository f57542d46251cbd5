"""Rights given and taken: by whom, on record whichever way, and by two people where that is asked for."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User

from conferences.models import AuditEntry, Device, RightsGrant, Supervisor
from tests.support.story import PASSWORD, browser


def make(name: str, *groups: str) -> User:
    user = User.objects.create_user(name, password=PASSWORD)
    user.groups.set(Group.objects.filter(name__in=groups))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def nora(db) -> User:
    return make("nora", "Administrator")


@pytest.fixture
def omar(db) -> User:
    return make("omar", "Administrator")


@pytest.fixture
def lea(db) -> User:
    return make("lea")


def save(by: User, whom: User, **changes):
    """Save the user's form in the admin as it stands, with changes."""
    form = {
        "username": whom.username,
        "groups": list(whom.groups.values_list("pk", flat=True)),
        "user_permissions": list(whom.user_permissions.values_list("pk", flat=True)),
        **{flag: "on" for flag in ("is_active", "is_staff", "is_superuser") if getattr(whom, flag)},
    }
    return browser(by).post(f"/admin/auth/user/{whom.pk}/change/", form | changes)


def group(name: str) -> int:
    return Group.objects.get(name=name).pk


def groups_of(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


def record(subject="user"):
    """Who changed what, in the order in which it was put on record: account, whom, and the rights before and after."""
    rows = AuditEntry.objects.filter(action="change", subject=subject).order_by("pk")
    return [(one.actor.username if one.actor else "", one.note, one.changes) for one in rows]


def test_an_administrator_gives_rights_on_record(nora, lea):
    before = len(record())
    assert save(nora, lea, groups=[group("Coach")]).status_code == 302
    assert groups_of(lea) == {"Coach"}
    assert save(nora, lea, groups=[]).status_code == 302
    assert groups_of(lea) == set()
    changed = [one for one in record()[before:] if "groups" in one[2]]
    assert changed == [("nora", "lea", {"groups": [[], ["Coach"]]}), ("nora", "lea", {"groups": [["Coach"], []]})]


def test_who_may_only_change_users_gives_nothing(nora, lea):
    clerk = make("clerk")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    clerk.is_staff = True
    clerk.save()
    wish = {"groups": [group("Coach")], "is_superuser": "on", "is_staff": "on", "first_name": "Lea"}
    assert save(clerk, lea, **wish).status_code == 302
    lea.refresh_from_db()
    assert (groups_of(lea), lea.is_superuser, lea.is_staff, lea.first_name) == (set(), False, False, "Lea")
    assert browser(clerk).get(f"/admin/auth/group/{group('Coach')}/change/").status_code == 403
    assert browser(nora).get(f"/admin/auth/group/{group('Coach')}/change/").status_code == 200


def test_only_a_superuser_makes_or_changes_one(nora, lea, cleo):
    save(nora, lea, is_superuser="on")
    assert User.objects.get(pk=lea.pk).is_superuser is False
    assert save(nora, cleo, first_name="X").status_code == 403
    assert browser(nora).get(f"/admin/auth/user/{cleo.pk}/password/").status_code == 403
    save(cleo, lea, is_superuser="on")
    assert User.objects.get(pk=lea.pk).is_superuser is True
    assert record()[-1][0] == "cleo"
    assert record()[-1][2]["is_superuser"] == [False, True]


def test_giving_oneself_a_right_is_on_record(nora):
    save(nora, nora, groups=[group("Administrator"), group("Supervisor")])
    assert ("nora", "nora", {"groups": [[], ["Supervisor"]]}) in record()


def test_a_right_waits_for_a_second_person(nora, omar, lea, settings):
    settings.RIGHTS_NEED_SECOND_PERSON = True
    save(nora, lea, groups=[group("Coach")])
    assert groups_of(lea) == set()
    grant = RightsGrant.objects.get()
    assert [note for by, note, _ in record() if by == "nora" and note == "lea"] == []
    asked = AuditEntry.objects.get(action="add", subject="right that waits")
    assert (asked.actor.username, asked.note) == ("nora", "the group Coach for lea")
    confirm = {"action": "confirm", "_selected_action": [str(grant.pk)]}
    browser(nora).post("/admin/conferences/rightsgrant/", confirm)
    assert groups_of(lea) == set()
    browser(lea).post("/admin/conferences/rightsgrant/", confirm)
    assert groups_of(lea) == set()
    browser(omar).post("/admin/conferences/rightsgrant/", confirm)
    assert groups_of(lea) == {"Coach"}
    assert record()[-1] == ("omar", "lea", {"groups": [[], ["Coach"]]})


def test_who_is_to_have_it_is_no_second_person(nora, omar, settings):
    settings.RIGHTS_NEED_SECOND_PERSON = True
    save(nora, omar, groups=[group("Administrator"), group("Supervisor")])
    grant = RightsGrant.objects.get()
    browser(omar).post("/admin/conferences/rightsgrant/", {"action": "confirm", "_selected_action": [str(grant.pk)]})
    assert groups_of(omar) == {"Administrator"}


def test_a_refused_right_is_never_in_force(nora, omar, lea, settings):
    settings.RIGHTS_NEED_SECOND_PERSON = True
    save(nora, lea, groups=[group("Coach")])
    chosen = [str(RightsGrant.objects.get().pk)]
    browser(omar).post("/admin/conferences/rightsgrant/", {"action": "refuse", "_selected_action": chosen})
    browser(omar).post("/admin/conferences/rightsgrant/", {"action": "confirm", "_selected_action": chosen})
    assert groups_of(lea) == set()
    assert [by for by, *_ in record("right that waits")] == ["omar"]


def test_flags_and_groups_rights_wait_too(nora, omar, lea, cleo, settings):
    settings.RIGHTS_NEED_SECOND_PERSON = True
    save(cleo, lea, is_superuser="on", first_name="Lea")
    viewer, barge = Group.objects.get(name="Viewer"), Permission.objects.get(codename="barge_conference")
    held = list(viewer.permissions.values_list("pk", flat=True))
    browser(nora).post(f"/admin/auth/group/{viewer.pk}/change/", {"name": "Viewer", "permissions": [*held, barge.pk]})
    lea.refresh_from_db()
    assert (lea.first_name, lea.is_superuser, barge in viewer.permissions.all()) == ("Lea", False, False)
    chosen = list(RightsGrant.objects.values_list("pk", flat=True))
    browser(omar).post("/admin/conferences/rightsgrant/", {"action": "confirm", "_selected_action": chosen})
    lea.refresh_from_db()
    assert (lea.is_superuser, barge in viewer.permissions.all()) == (True, True)


SUPERVISORS = "/admin/conferences/supervisor/"
MOBILE, ELSEWHERE = "+34 600 000 077", "+34 600 000 078"


def save_supervisor(by: User, whom: Supervisor, *phones: tuple[object, str], **changes):
    """Save the supervisor's form in the admin with these teams, queues and phones: key or nothing, and address."""
    form = {"devices-TOTAL_FORMS": len(phones), "devices-INITIAL_FORMS": sum(bool(key) for key, _ in phones)}
    for i, (key, address) in enumerate(phones):
        form |= {f"devices-{i}-id": key, f"devices-{i}-supervisor": whom.pk, f"devices-{i}-name": "Mobile"}
        form |= {f"devices-{i}-address": address, f"devices-{i}-answer_check": ""}
    return browser(by).post(f"{SUPERVISORS}{whom.pk}/change/", form | changes, follow=True)


def decide(by: User, action: str):
    waiting = list(RightsGrant.objects.filter(decided_at=None).values_list("pk", flat=True))
    return browser(by).post("/admin/conferences/rightsgrant/", {"action": action, "_selected_action": waiting})


def test_teams_queues_and_phones_wait_too(nora, omar, lea, directory, settings):
    settings.RIGHTS_NEED_SECOND_PERSON = True
    hers = Supervisor.objects.create(user=lea)
    wish = {"teams": [directory.support.pk], "queues": [directory.queue.pk]}
    page = save_supervisor(nora, hers, ("", MOBILE), **wish, user=nora.pk).content.decode()
    assert page.count("waits for a second person to confirm it.") == 3
    assert ([*hers.teams.all()], [*hers.queues.all()], [*hers.devices.all()]) == ([], [], [])
    assert "This phone waits for a second person already" in save_supervisor(nora, hers, ("", MOBILE)).content.decode()
    decide(nora, "confirm")
    assert not hers.teams.exists()
    decide(omar, "confirm")
    (phone,) = hers.devices.all()
    assert ([*hers.teams.all()], [*hers.queues.all()], phone.address, Supervisor.objects.get().user) == (
        [directory.support], [directory.queue], "+34600000077", lea,
    )  # fmt: skip
    save_supervisor(nora, hers, (phone.pk, ELSEWHERE), **wish)
    phone.refresh_from_db()
    assert (phone.address, phone.spelt_otherwise) == ("+34600000077", MOBILE)
    decide(omar, "confirm")
    phone.refresh_from_db()
    assert phone.address == "+34600000078"
    told = {one.note for one in AuditEntry.objects.filter(subject="right that waits", action="add")}
    assert {"the team Support for lea", "the queue Helpdesk for lea"} <= told
    save_supervisor(nora, hers, (phone.pk, ELSEWHERE))  # taking away waits for nobody
    assert ([*hers.teams.all()], [*hers.queues.all()]) == ([], [])


def test_a_refused_phone_is_nobodys(nora, omar, lea, directory, settings):
    settings.RIGHTS_NEED_SECOND_PERSON = True
    hers = Supervisor.objects.create(user=lea)
    save_supervisor(nora, hers, ("", MOBILE))
    decide(omar, "refuse")
    assert (Device.everything.count(), RightsGrant.objects.get().what) == (0, f"the phone {MOBILE}")
    settings.RIGHTS_NEED_SECOND_PERSON = False
    save_supervisor(nora, hers, ("", MOBILE), teams=[directory.support.pk])
    assert (hers.devices.count(), hers.teams.count()) == (1, 1)


def test_a_file_goes_round_no_second_person(nora, omar, directory, settings):
    settings.RIGHTS_NEED_SECOND_PERSON = True
    line = f"kind,name,team,addresses,username,groups\nsupervisor,Eva Sanz,Support,{MOBILE},eva,Coach\n"
    for _ in range(2):  # what waits already is not asked for twice
        page = browser(nora).post("/admin/directory/load/", {"text": line, "look": ""})
        shown = page.context["plan"].digest
        browser(nora).post("/admin/directory/load/", {"text": line, "shown": shown, "apply": ""})
    eva = Supervisor.objects.get(user__username="eva")
    assert (eva.teams.count(), eva.devices.count(), groups_of(eva.user)) == (0, 0, set())
    assert RightsGrant.objects.count() == 3
    decide(omar, "confirm")
    assert (eva.teams.count(), eva.devices.count(), groups_of(eva.user)) == (1, 1, {"Coach"})


def move(by: User, thing: str, row, team) -> str:
    chosen = {"action": "move_to_team", "_selected_action": [row.pk], "choice": team.pk}
    return browser(by).post(f"/admin/conferences/{thing}/", chosen, follow=True).content.decode()


def test_what_moves_into_a_team_waits_too(nora, omar, lea, directory, settings):
    """Whoever supervises that team would listen to it: by form, list and file alike it stays where it was."""
    settings.RIGHTS_NEED_SECOND_PERSON = True
    into, before = directory.sales, directory.support
    assert "once a second person confirms it" in move(nora, "queue", directory.queue, into)
    form = {"name": "Ana R.", "team": into.pk, "addresses-TOTAL_FORMS": 0, "addresses-INITIAL_FORMS": 0}
    page = browser(nora).post(f"/admin/conferences/agent/{directory.ana.pk}/change/", form, follow=True)
    assert "waits for a second person to confirm it." in page.content.decode()
    line = "kind,name,team\nagent,Luis Ortega,Sales\n"
    shown = browser(nora).post("/admin/directory/load/", {"text": line, "look": ""}).context["plan"].digest
    browser(nora).post("/admin/directory/load/", {"text": line, "shown": shown, "apply": ""})

    def teams():
        for row in (rows := (directory.queue, directory.ana, directory.luis)):
            row.refresh_from_db()
        return {row.team for row in rows}

    assert (teams(), directory.ana.name, RightsGrant.objects.count()) == ({before}, "Ana R.", 3)
    Supervisor.objects.create(user=omar).teams.add(into)  # a right of hers by that is one she would confirm for herself
    decide(omar, "confirm")
    decide(nora, "confirm")
    assert teams() == {before}
    omar.supervisor.delete()
    decide(omar, "confirm")
    assert teams() == {into}
    told = {one.note for one in AuditEntry.objects.filter(subject="right that waits", action="add")}
    assert {"the queue Helpdesk for the team Sales", "the agent Luis Ortega for the team Sales"} <= told
    settings.RIGHTS_NEED_SECOND_PERSON = False
    assert f"1 moved to {before}." in move(nora, "queue", directory.queue, before)


def test_what_no_person_gives_waits_for_nobody(lea, settings):
    settings.RIGHTS_NEED_SECOND_PERSON = True
    lea.groups.add(group("Coach"))
    assert groups_of(lea) == {"Coach"}


def test_taking_a_right_waits_for_nobody(nora, lea, settings):
    lea.groups.add(group("Coach"))
    settings.RIGHTS_NEED_SECOND_PERSON = True
    save(nora, lea, groups=[])
    assert groups_of(lea) == set()


def test_the_directory_is_the_administrators_and_calls_are_not(nora, directory):
    client = browser(nora)
    assert client.get(f"/admin/conferences/queue/{directory.queue.pk}/change/").status_code == 200
    night = {"name": "Night", "listening_policy-TOTAL_FORMS": 0, "listening_policy-INITIAL_FORMS": 0}
    assert client.post("/admin/conferences/team/add/", night).status_code == 302
    assert client.get("/admin/conferences/fact/").status_code == 403
    assert client.get("/audit/").status_code == 403
    assert "You may not see the board" in client.get("/").content.decode()


def test_a_form_shows_what_means_something_and_loses_nothing(nora, lea):
    odd = Permission.objects.get(codename="delete_fact")
    lea.user_permissions.add(odd)
    page = browser(nora).get(f"/admin/auth/user/{lea.pk}/change/").content.decode()
    assert "Can barge in" in page
    assert "Can delete fact" in page
    assert "Can delete leg" not in page
    save(nora, lea)
    assert set(lea.user_permissions.all()) == {odd}
