"""Of many logins at once the same is said as of each by itself, in a number of queries that does not grow."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from conferences.logins import sessions
from conferences.models import Login
from conferences.policy.entitlement import alive_logins, session_is_alive
from conferences.policy.permissions import preload
from dashboard.presenters.audience import audience_of, audiences_of

pytestmark = pytest.mark.django_db


def login(user: User, **changed: str) -> str:
    session = SessionStore()
    backend = settings.AUTHENTICATION_BACKENDS[-1]
    session.update(
        {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: backend, HASH_SESSION_KEY: user.get_session_auth_hash()}
    )
    session.update(changed)
    session.save()
    return str(session.session_key)


@pytest.fixture
def people(marta: User, ben: User, cleo: User) -> list[User]:
    viewer = User.objects.create_user("vera")
    viewer.groups.set(Group.objects.all()[:2])
    viewer.user_permissions.add(Permission.objects.get(codename="view_customer_number"))
    gone = User.objects.create_user("gone", is_active=False, is_superuser=True)
    return [marta, ben, cleo, viewer, gone]


def test_each_is_as_by_herself(people):
    anew = list(User.objects.filter(pk__in=[one.pk for one in people]))
    preload(anew)
    assert [one.get_all_permissions() for one in anew] == [
        User.objects.get(pk=one.pk).get_all_permissions() for one in anew
    ]
    assert audiences_of(anew) == {one.pk: audience_of(User.objects.get(pk=one.pk)) for one in people}


def test_queries_do_not_grow_with_their_number(people, django_assert_num_queries):
    keys = [login(one) for one in people]
    for some in (keys[3:4], keys[:4]):
        with django_assert_num_queries(8):
            found = alive_logins(some)
            audiences_of([one.user for one in found.values()])


def test_only_logins_that_are_alive_are_found(marta, ben):
    late, ended = login(marta), login(marta)
    Session.objects.filter(pk=late).update(expire_date=timezone.now() - timedelta(seconds=1))
    store = import_module(settings.SESSION_ENGINE).SessionStore(ended)
    sessions.begin(store, marta.pk, address=None, browser="")
    Login.objects.update(ended_at=timezone.now(), end=Login.End.ENDED)
    keys = {
        "hers": login(marta),
        "his": login(ben),
        "late": late,
        "ended": ended,
        "old password": login(marta, **{HASH_SESSION_KEY: "of another password"}),
        "no backend": login(marta, **{BACKEND_SESSION_KEY: "gone.Backend"}),
        "nobody's": login(marta, **{SESSION_KEY: "no number"}),
        "forged": "x" * 32,
    }
    found = alive_logins(keys.values())
    assert {name: found[key].user for name, key in keys.items() if key in found} == {"hers": marta, "his": ben}
    alone = {name for name, key in keys.items() if session_is_alive(key, marta)}
    assert alone == {"hers"}
