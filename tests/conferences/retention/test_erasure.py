"""One person is erased on request, wherever they stand, and the audit still verifies."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from conferences.audit.proof import verification
from conferences.models import Agent, AuditEntry, Conference, Fact, ForeignAddress, Leg
from tests.conferences.retention.test_pruning import rows_with
from tests.support.audit_trail import enter
from tests.support.story import ANA, CUSTOMER, DESK, LUIS, Story, browser

pytestmark = pytest.mark.scaled

OTHER = "+14155550172"
NUMBER = CUSTOMER.removeprefix("+")


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
