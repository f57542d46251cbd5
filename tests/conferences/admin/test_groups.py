"""The groups that a new installation begins with."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection

from conferences import policy
from conferences.models import Supervisor

migration = import_module("conferences.migrations.0002_usual_groups")


@pytest.fixture
def groups(db):
    migration.create_groups(apps, connection.schema_editor())
    return {group.name: group for group in Group.objects.all()}


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("Monitor", ["monitor"]),
        ("Coach", ["monitor", "whisper"]),
        ("Barge", ["monitor", "whisper", "barge"]),
        ("Privacy officer", []),
    ],
)
def test_a_group_gives_its_roles(groups, name, roles):
    user = User.objects.create_user("dora")
    Supervisor.objects.create(user=user)
    user.groups.add(groups[name])
    assert [str(role) for role in policy.roles_of(user)] == roles


def test_only_the_privacy_officer_reads_records_and_full_numbers(groups):
    readers = Group.objects.filter(permissions__codename__in=["view_fact", "view_customer_number"])
    assert {group.name for group in readers} == {"Privacy officer"}


def test_making_the_groups_again_changes_nothing(groups):
    before = list(Group.objects.order_by("name", "permissions").values_list("name", "permissions"))
    migration.create_groups(apps, connection.schema_editor())
    assert list(Group.objects.order_by("name", "permissions").values_list("name", "permissions")) == before


def test_the_permissions_are_those_django_makes(groups):
    made = dict(Permission.objects.filter(codename__in=migration.CODENAMES).values_list("codename", "name"))
    assert made == {codename: name for codename, (_, name) in migration.CODENAMES.items()}
