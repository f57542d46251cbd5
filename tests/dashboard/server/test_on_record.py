"""Beside stays the audit tells who changed what, came in, was refused, and read what not everybody may read."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group, Permission, User
from django.db import DatabaseError, connection, transaction
from django.test import Client

from conferences.audit import acting
from conferences.models import AuditEntry, Device, Fact
from tests.support.story import ANA, DESK, PASSWORD, browser


def told(action, *names):
    """What the entries of one action say, in order."""
    return [
        tuple(getattr(one, name) for name in names) for one in AuditEntry.objects.filter(action=action).order_by("seq")
    ]


def form_of(user, **changes):
    """Django's own form of a user, as it would be sent."""
    empty = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00", "last_login_0": "", "last_login_1": ""}
    names = {"username": user.username, "first_name": user.first_name, "last_name": user.last_name, "email": ""}
    return {**empty, **names, "is_active": "on", "groups": [], "user_permissions": [], **changes}


def test_whoever_gives_himself_a_right_is_told(db):
    clerk = User.objects.create_user("clerk", password=PASSWORD, is_staff=True, first_name="Carl")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user", "give_rights"]))
    barge = Group.objects.get_or_create(name="Barge")[0]
    sent = form_of(clerk, is_staff="on", is_superuser="on", groups=[barge.pk], first_name="Carla")
    answer = browser(clerk).post(f"/admin/auth/user/{clerk.pk}/change/", sent)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    changes = {name: pair for entry in told("change", "changes") for name, pair in entry[0].items()}
    assert "is_superuser" not in changes  # which superusers alone give
    assert changes["first_name"] == ["Carl", "Carla"]
    assert changes["groups"] == [[], ["Barge"]]
    assert set(told("change", "actor", "account", "source_ip", "subject", "subject_id")) == {
        (clerk, "clerk", "127.0.0.1", "user", str(clerk.pk))
    }


def test_old_and_new_address_of_a_phone_are_told(marta, cleo):
    device = Device.objects.get(address=DESK)
    with acting.acting(acting.Origin(cleo, "192.0.2.9", "session")):
        device.address = "+79001234567"
        device.save()
        device.delete()
        marta.supervisor.teams.clear()
    assert told("change", "subject", "actor_name", "changes")[0] == (
        "device", "Cleo Admin", {"address": [DESK, "+79001234567"]},
    )  # fmt: skip
    assert told("change", "changes")[1] == ({"teams": [["Support"], []]},)
    ((changes, ip, digest),) = told("remove", "changes", "source_ip", "session_digest")
    assert changes["address"] == ["+79001234567", ""]
    assert (ip, len(digest)) == ("192.0.2.9", 64)


def test_nobody_reads_a_password_in_it(cleo):
    with acting.acting(acting.Origin(cleo, "192.0.2.9", "session")):
        cleo.set_password("another long password")
        cleo.save()
    assert told("change", "changes") == [({"password": ["", "changed"]},)]


def test_a_change_that_cannot_be_told_is_not_made(marta, cleo):
    with connection.cursor() as cursor:
        refuse = "BEGIN SELECT RAISE(ABORT, 'the audit is closed'); END"
        cursor.execute(f"CREATE TRIGGER closed BEFORE INSERT ON conferences_auditentry {refuse}")
    device = Device.objects.get(address=DESK)
    device.name = "Other"
    with pytest.raises(DatabaseError), acting.acting(acting.Origin(cleo)), transaction.atomic():
        device.save()
    device.refresh_from_db()
    assert device.name == "Desk phone"


def test_coming_in_and_failing_to_are_told(marta, rf):
    request = rf.post("/accounts/login/", REMOTE_ADDR="198.51.100.7")
    for _ in range(5):
        assert authenticate(request, username="marta", password="wrong") is None
    failed = told("login", "result", "account", "source_ip", "note", "actor")
    assert failed == [
        ("denied", "marta", "198.51.100.7", note, None)
        for note in ("", "2 times within an hour.", "4 times within an hour.")
    ]
    client = browser(marta)
    assert told("login", "result", "actor", "account")[-1] == ("ok", marta, "marta")
    client.post("/accounts/logout/")
    assert told("logout", "actor") == [(marta,)]


def test_refusals_of_every_kind_are_told_once(story, marta, ben):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    client = browser(ben)
    client.get(f"/conferences/{conference.pk}/")  # another team's
    client.post(f"/conferences/{uuid4()}/supervise/", {"role": "monitor"})  # no such call
    client.post(f"/supervisions/{mine.pk}/leave/")  # not his
    client.get("/audit/")  # without the right
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ben)
    strict.post(f"/conferences/{conference.pk}/supervise/", {"role": "monitor"})
    client.get("/nowhere/")  # no page at all
    assert told("refuse", "subject", "reason", "http_status") == [
        ("conference", "not_there", 404),
        ("supervise", "not_there", 404),
        ("leave", "not_there", 404),
        ("audit", "no_right", 403),
        ("supervise", "forgery", 403),
    ]
    assert set(told("refuse", "actor", "source_ip")) == {(ben, "127.0.0.1")}
    assert AuditEntry.objects.filter(result="denied").count() == 5


def test_reading_what_not_everybody_may_is_told(story, marta, ben, cleo):
    _, conference = story.call(ANA)
    for user in (marta, ben):
        client = browser(user)
        for _ in range(2):
            client.get("/")
            client.get(f"/conferences/{conference.pk}/")
    browser(cleo).get("/audit/")
    browser(cleo).get(f"/admin/conferences/fact/{Fact.objects.first().pk}/change/")
    assert [entry[:2] for entry in told("read", "actor", "subject")] == [
        (marta, "numbers"), (marta, "numbers"), (cleo, "audit"), (cleo, "fact"),
    ]  # fmt: skip
    assert [one for (one,) in told("read", "subject_id")][:2] == ["board", str(conference.pk)]
