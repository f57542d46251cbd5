"""What has been kept for its time is deleted, wherever it stands, and what is left is right without it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from conferences.audit.proof import verification
from conferences.ingest import feed, projection
from conferences.models import Alert, AuditEntry, Conference, Fact, ForeignAddress, HelpRequest, Leg, Login, Supervision
from conferences.retention import pruning
from conferences.retention.kinds import KINDS
from conferences.supervision.requests.helping import asking
from tests.support.story import ANA, CUSTOMER, DESK, LUIS, Story, browser

pytestmark = pytest.mark.scaled

DAY = 24 * 3600
NUMBER = CUSTOMER.removeprefix("+")
HERE_ALONE = "+14155558642"  # in no other test: what those deleted may still stand in the file


def rows_with(text: str) -> set[str]:
    """The tables of the whole database, ours and others', in some column of which this stands."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names that the database has
            for row in cursor.fetchall():
                said = [bytes(one) if isinstance(one, memoryview) else one for one in row]
                if text.encode() in b" ".join(one if isinstance(one, bytes) else str(one).encode() for one in said):
                    found.add(table)
    return found


def run() -> dict[str, int]:
    return pruning.prune(pause=0)


@pytest.fixture
def heard(story: Story, marta: Any) -> Conference:
    return hear(story, marta, CUSTOMER)


def hear(story: Story, marta: Any, customer: str) -> Conference:
    """A call that is over, named after its caller, to which Marta listened."""
    _, conference = story.call(ANA, LUIS, customer=customer)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    for address in (DESK, customer, ANA, LUIS):
        story.simulator.far_end_hangs_up(story.leg(address))
    for _ in range(4):
        story.pass_time()
    Conference.objects.filter(pk=conference.pk).update(name=f"From {customer}", drift=f"{customer} has left")
    ForeignAddress.objects.create(address=customer)
    return Conference.objects.get(pk=conference.pk)


def test_after_its_time_a_number_is_nowhere(story: Story, heard: Conference, marta):
    """Events go first, and with the last numbers the pages still say who took part, and what nobody knows any more."""
    told = {"conferences_fact", "conferences_leg", "conferences_conference", "conferences_foreignaddress"}
    assert rows_with(NUMBER) == told
    story.wait(29 * DAY)
    assert run() | {"logins": 0} == {"facts": 0, "numbers": 0, "audit": 0, "logins": 0, "admin_log": 0}
    story.wait(2 * DAY)
    call_command("prune", "--only", "facts", "--pause", "0")
    assert rows_with(NUMBER) == told - {"conferences_fact"}
    client, page = browser(marta), f"/conferences/{heard.pk}/"
    assert "Ana Ruiz" in client.get(page).content.decode()
    story.wait(60 * DAY)
    counted = pruning.count()["numbers"]
    assert counted == run()["numbers"] > 0
    assert rows_with(NUMBER) == set()
    assert Supervision.objects.get().address == ""
    assert [(one.name, one.drift) for one in Conference.objects.all()] == [("From +1 ••• ••71", "")]
    client = browser(marta)
    for one in (page, f"{page}moment/"):
        said = client.get(one).content.decode()
        assert "events of this call were deleted on" in said
        assert "Nobody was in the call" not in said
    listed = client.get("/history/").content.decode()
    assert (row := f"past-{heard.pk}") in listed
    assert "Number deleted" in listed
    assert row not in client.get("/history/", {"number": CUSTOMER}).content.decode()


def test_a_dry_run_counts_what_then_goes(story: Story, heard: Conference, marta, cleo, capsys):
    attempt = {"username": "marta", "ip_address": "192.0.2.7", "path_info": "/"}
    for model in (AccessFailureLog, AccessLog):
        model.objects.create(**attempt)
    AccessAttempt.objects.create(**attempt, get_data="", post_data="", failures_since_start=1)
    LogEntry.objects.log_actions(cleo.pk, [marta], 2)
    browser(marta).get("/")
    story.wait(100 * DAY)
    counted = pruning.count()
    call_command("prune", "--dry-run")
    assert f"facts: {counted['facts']} would be deleted" in capsys.readouterr().out
    assert pruning.count() == counted
    assert min(one for name, one in counted.items() if name not in ("numbers", "audit")) > 0
    call_command("prune", "--pause", "0")
    assert f"facts: {counted['facts']} deleted" in capsys.readouterr().out
    assert set(pruning.count().values()) == {0}
    assert [AccessAttempt.objects.count(), LogEntry.objects.count(), Login.objects.count()] == [0, 0, 0]
    said = AuditEntry.objects.get(action="prune").note
    assert f"facts {counted['facts']}" in said
    assert verification.verify().findings == []


def test_no_late_fact_changes_a_pruned_call(story: Story, heard: Conference):
    """While a call that goes on keeps all of its facts, however old they are."""
    _, live = story.call(ANA)
    legs = Leg.objects.order_by("pk")
    before = list(legs.values("state", "kind", "agent", "ended_at"))
    mine = Fact.objects.filter(conference_id=heard.conference_id)
    late = list(mine.filter(event_type="conference.participant.joined"))
    story.wait(31 * DAY)
    run()
    assert {*Fact.objects.exclude(conference_id="").values_list("conference_id", flat=True)} == {live.conference_id}
    assert {*Leg.objects.filter(facts_deleted_at=None)} == {one.leg for one in live.participants.all()}
    for one in late:
        one.pk, one.received_at = None, story.now()
        one.save(force_insert=True)
    call_command("replay_facts")
    with feed.writing():
        projection.project([late[0].event], now=story.now(), are_fresh=False)
    assert list(legs.values("state", "kind", "agent", "ended_at")) == before
    now = Conference.objects.get(pk=heard.pk)
    assert (now.state, now.ended_at) == (heard.state, heard.ended_at)


@pytest.mark.django_db(transaction=True)
def test_no_page_of_the_file_holds_a_pruned_number(story: Story, marta: Any):
    """What SQLite deletes it would leave where it stood."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's vacuum does that by itself, when it comes round.")
    hear(story, marta, HERE_ALONE)
    number, file = HERE_ALONE.removeprefix("+").encode(), Path(connection.settings_dict["NAME"])
    call_command("prune", "--pause", "0")
    assert number in file.read_bytes()
    story.wait(91 * DAY)
    run()
    assert number not in file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()


def test_each_kind_has_a_time_that_can_be_set(settings):
    for kind in KINDS:
        setattr(settings, kind.setting, 1000)
        assert timedelta(days=999) < timezone.now() - kind.before < timedelta(days=1001)


def test_what_was_asked_is_deleted_after_its_time(story: Story, marta, directory, settings):
    _, conference = story.call(ANA)
    asking.ask(directory.ana, reason=f"about {CUSTOMER}")
    asking.withdraw(directory.ana)
    Alert.objects.create(user=marta, kind="help", conference=conference, raised_at=story.now())
    run()
    assert (HelpRequest.objects.count(), Alert.objects.count()) == (1, 1)
    settings.RETAIN_LOGINS_DAYS = 0
    story.pass_time(60)
    run()
    assert (HelpRequest.objects.count(), Alert.objects.count()) == (0, 0)
