"""The audit by stay: one line says who listened to whom, when, in which modes and how it ended."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User

from tests.dashboard.views.test_audit_page import reader
from tests.support.story import ANA, DESK, LUIS, PASSWORD, Story, browser


@pytest.fixture
def listened(story: Story, marta):
    """Marta whispered to Ana, who left; then her phone hung up."""
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    for leaves in (ANA, DESK):
        for _ in range(6):
            story.pass_time()
        story.simulator.far_end_hangs_up(story.leg(leaves))
    for _ in range(4):
        story.pass_time()
    return mine


def lines(response):
    """What a reader sees of each stay before it is unfolded."""
    found = re.findall(r'<li id="stay-.*?<summary>(.*?)</summary>', response.content.decode(), re.DOTALL)
    told = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)).strip() for one in found]
    return [re.sub(r" ([,:;])", r"\1", one) for one in told]


def test_a_stay_is_one_line_that_unfolds(listened):
    page = reader("view_customer_number").get("/audit/")
    (line,) = lines(page)
    assert re.fullmatch(
        r"\S+ Marta Gil listened to Ana Ruiz, Luis Ortega and \+1 ••• ••71 in .+, \d\d:\d\d:\d\d – \d\d:\d\d:\d\d: "
        r"whisper to Ana Ruiz \d+ s, monitor \d+ s \(by Earshot: those who were whispered to had left\); "
        r"ended: the supervisor’s phone hung up \d+ s",
        line,
    ), line
    text = page.content.decode()
    assert f"/conferences/{listened.conference_id}/?at=" not in text  # whoever may not see the call is not led there
    assert re.sub(r"\s+", " ", text).count("marta, no. ") > 1
    assert {"Phone called", "Mode confirmed", "Out of the call"} <= {
        one.name for one in page.context["stays"][0].actions
    }


def test_a_phone_that_was_busy_is_no_listening(story, marta):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, "busy")
    story.supervise(marta, conference)
    (line,) = lines(reader().get("/audit/"))
    assert "Marta Gil asked for monitor in" in line
    assert line.endswith("and did not get in: the phone was busy")


NARROWED = [
    ({"agent": "ana"}, 1), ({"agent": "chen"}, 0), ({"supervisor": "marta"}, 1), ({"supervisor": "ben"}, 0),
    ({"mode": "whisper"}, 1), ({"mode": "barge"}, 0), ({"from_day": "2020-01-01"}, 1), ({"to_day": "2020-01-01"}, 0),
    ({"team": "Support"}, 1), ({"team": "Sales"}, 0), ({"queue": "Helpdesk"}, 1), ({"mode": "dance"}, 1),
]  # fmt: skip


def test_stays_are_narrowed_by_what_is_asked(listened, directory):
    named = {"Support": directory.support.pk, "Sales": directory.sales.pk, "Helpdesk": directory.queue.pk}
    asked = [{name: named.get(value, value) for name, value in query.items()} for query, _ in NARROWED]
    client = reader()
    found = [len(lines(client.get("/audit/", one))) for one in asked]
    assert found == [count for _, count in NARROWED]


def test_a_supervisor_reads_of_her_teams_alone(listened, ben, marta):
    for user, found in ((ben, 0), (marta, 1)):
        user.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
        page = browser(user).get("/audit/")
        assert len(lines(page)) == page.content.decode().count(f"/{listened.conference_id}/?at=") == found
        everything = browser(user).get("/audit/?show=everything").context["actions"]
        assert bool([one for one in everything if one.conference_id]) is bool(found)
    assert len(lines(browser(User.objects.create_superuser("root", password=PASSWORD)).get("/audit/"))) == 1


def test_a_reader_chooses_among_what_is_hers(directory, ben):
    """Nobody learns from a list of choices which other teams and queues there are."""

    def choices(client):
        form = client.get("/audit/").context["form"]
        return [[str(one) for one in form.fields[name].queryset] for name in ("team", "queue")]

    ben.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
    assert choices(browser(ben)) == [["Sales"], ["New business"]]
    ben.supervisor.teams.clear()
    ben.supervisor.queues.add(directory.queue)
    assert choices(browser(User.objects.get(pk=ben.pk))) == [[], ["Helpdesk"]]
    assert choices(reader()) == [["Sales", "Support"], ["Helpdesk", "New business"]]
