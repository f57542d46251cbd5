"""One person is erased on request, wherever they stand, and the audit still verifies."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command

from conferences.audit.proof import verification
from conferences.models import Agent, AuditEntry, Conference, Fact, ForeignAddress, Leg
from tests.conferences.retention.test_pruning import rows_with
from tests.support.audit_trail import enter
from tests.support.story import ANA, CUSTOMER, DESK, LUIS, PASSWORD, Story, browser

pytestmark = pytest.mark.scaled

ERASE = "/admin/people/erase/"
OTHER = "+14155550172"
NUMBER = CUSTOMER.removeprefix("+")


@pytest.fixture
def rosa(db) -> User:
    """Who keeps the directory, and gives no rights."""
    user = User.objects.create_user("rosa", password=PASSWORD)
    user.user_permissions.add(Permission.objects.get(codename="administer_directory"))
    return user


def an_agent_is_erased() -> None:
    """The other half of the story: what the directory and the audit say of her."""
    ana = Agent.objects.get(name="Ana Ruiz")
    call_command("erase_person", "Ana Ruiz", "--pause", "0")
    assert rows_with("Ana Ruiz") | rows_with(ANA.removeprefix("sip:")) == set()
    assert verification.verify().findings == []
    ana.refresh_from_db()
    assert (ana.name, ana.addresses.count()) == (f"Former agent {ana.pk}", 0)
    assert Leg.objects.filter(agent=ana).exists()
    assert Fact.objects.filter(conference_id=Conference.objects.live().get().conference_id).exists()
    with pytest.raises(CommandError, match="no agent of the directory"):
        call_command("erase_person", "Nobody Known")


def test_a_caller_and_an_agent_are_erased(story: Story, marta, capsys):
    """One while the call of another caller with another agent stays as it was."""
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    with pytest.raises(CommandError, match="in a call now"):
        call_command("erase_person", CUSTOMER)
    for address in (DESK, CUSTOMER, ANA):
        story.simulator.far_end_hangs_up(story.leg(address))
    story.call(LUIS, customer=OTHER)
    for _ in range(3):
        story.pass_time()
    ForeignAddress.objects.create(address=CUSTOMER)
    enter(at=story.now(), phase="outcome", action="join", note=f"As the release before wrote it: {CUSTOMER}")

    call_command("erase_person", CUSTOMER, "--dry-run")
    assert NUMBER not in (told := capsys.readouterr().out)
    assert "+1 ••• ••71 would be erased:" in told
    assert "conferences_fact" in rows_with(NUMBER)
    call_command("erase_person", CUSTOMER, "--pause", "0", "--why", "Letter of 2 March")
    assert rows_with(NUMBER) == set()
    assert rows_with(OTHER.removeprefix("+")) == {"conferences_fact", "conferences_leg"}
    assert verification.verify().findings == []
    assert "Letter of 2 March" in AuditEntry.objects.get(action="erase", subject="person").note
    assert "events of this call were deleted" in browser(marta).get(f"/conferences/{conference.pk}/").content.decode()
    an_agent_is_erased()


def test_a_supervisor_is_erased_in_the_admin(story: Story, marta, cleo, rosa):
    """Her name, her phone and her login go; that somebody listened stays, by one and the same number."""
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="monitor")
    hers, admin = browser(marta), browser(cleo)
    told = {"who": "user:marta", "shown": f"user no. {marta.pk}", "why": "Letter of 3 March"}
    assert "in a call now" in admin.post(ERASE, told | {"erase": ""}, follow=True).content.decode()
    for address in (DESK, CUSTOMER, ANA):
        story.simulator.far_end_hangs_up(story.leg(address))
    for _ in range(3):
        story.pass_time()
    action = {"action": "erase_chosen", "_selected_action": [str(marta.supervisor.pk)]}
    page = admin.post("/admin/conferences/supervisor/", action, follow=True)
    assert page.redirect_chain[-1][0] == f"{ERASE}?who=user%3Amarta"
    assert ("Erase for good" in page.content.decode(), rows_with("Marta Gil") == set()) == (True, False)
    assert "may not erase people with a login" in browser(rosa).get(f"{ERASE}?who=user:marta").content.decode()
    admin.post(ERASE, told | {"shown": "user no. 0", "erase": ""})  # somebody else was shown
    assert marta.logins.exists()
    admin.post(ERASE, told | {"erase": ""})
    assert rows_with("Marta Gil") | rows_with("marta") | rows_with(DESK.removeprefix("sip:")) == set()
    assert (hers.get("/").status_code, verification.verify().findings) == (302, [])
    entry = AuditEntry.objects.get(action="erase", subject="person")
    assert (entry.actor, f"user no. {marta.pk}" in entry.note, "Letter of 3 March" in entry.note) == (cleo, True, True)
    marta.refresh_from_db()
    assert (marta.username, marta.is_active, marta.groups.count()) == (f"former-{marta.pk}", False, 0)
    assert AuditEntry.objects.filter(actor=marta, action="join").exists()
    page = browser(cleo).get("/audit/").content.decode()
    assert ("Marta" in page, browser(cleo).get("/history/").status_code) == (False, 200)


def test_who_may_erase_whom(marta, ben, cleo, rosa):
    assert browser(ben).get(ERASE).status_code != 200
    clerk = browser(rosa)
    assert "may not erase people with a login" in clerk.get(f"{ERASE}?who=user:ben").content.decode()
    assert "Nobody erases herself" in browser(cleo).get(f"{ERASE}?who=user:cleo").content.decode()
    rosa.user_permissions.add(Permission.objects.get(codename="give_rights"))
    assert "Only a superuser" in clerk.get(f"{ERASE}?who=user:cleo").content.decode()
    assert "Erase for good" in clerk.get(f"{ERASE}?who=Ana%20Ruiz").content.decode()
    assert "no user of that name" in clerk.get(f"{ERASE}?who=user:nobody").content.decode()
