"""A supervisor's board as she sees it, for an administrator: on record, and with nothing to join."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from conferences.models import AuditEntry
from tests.support.story import ANA, CHEN, SALES_NUMBER, Story, browser

PHONE = "5550171"


def may(user: User, *rights: str) -> User:
    user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def dora(db: None) -> User:
    return may(User.objects.create_user("dora"), "administer_directory", "view_board")


def test_it_shows_her_calls_and_nothing_to_join(story: Story, marta: User, dora: User, directory):
    story.call(ANA)
    _, theirs = story.call(CHEN, queue=SALES_NUMBER, customer="+14155550172")
    page = browser(dora).get(f"/boards/{marta.supervisor.pk}/").content.decode()
    assert ("Ana Ruiz" in page, str(theirs.pk) in page, "As Marta Gil saw it" in page) == (True, False, True)
    assert ("/supervise/" in page, 'id="live"' in page) == (False, False)
    assert PHONE not in page.replace(" ", "").replace("-", "")  # hers to see, not the reader's
    told = AuditEntry.objects.get(action="read", subject="board", actor=dora)
    assert told.subject_id == "marta"
    links = browser(dora).get(f"/admin/people/supervisor/{marta.supervisor.pk}/").content.decode()
    assert f"/boards/{marta.supervisor.pk}/" in links


@pytest.mark.parametrize("rights", [["administer_directory"], ["view_board", "view_unassigned"]])
def test_nobody_sees_it_with_one_right_alone(marta: User, ben: User, rights):
    erin = may(User.objects.create_user("erin"), *rights)
    assert [browser(one).get(f"/boards/{marta.supervisor.pk}/").status_code for one in (erin, ben)] == [403, 403]
    assert not AuditEntry.objects.filter(action="read", subject="board").exists()


def test_an_agents_page_leads_to_past_calls(directory, cleo: User):
    page = browser(cleo).get(f"/admin/people/agent/{directory.ana.pk}/").content.decode()
    assert [one for one in (f"/history/?agent={directory.ana.pk}", "/audit/?agent=Ana+Ruiz") if one not in page] == []
