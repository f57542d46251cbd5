"""Every row of docs/whose-leg.md, told by facts; and random worlds in which strangers show whatever they like."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conferences import policy
from conferences.ingest import leg_matching
from conferences.models import Conference, Connection, Fact, Leg, SystemAddress
from conferences.supervision.phone.own_legs import own_legs
from tests.support.events import event, joined, receive
from tests.support.story import ANA, CHEN, CUSTOMER, DESK, SUPPORT_NUMBER

PAGE = Path(__file__).parents[3] / "docs" / "whose-leg.md"
OTHER, LISTED = "+14155559999", "2774990000000000855"
ADDRESSES = {
    "ANA": ANA, "CHEN": CHEN, "DESK": DESK, "QUEUE": SUPPORT_NUMBER, "OURS": "+34910000000", "CUSTOMER": CUSTOMER,
    "BOT": "sip:assistant@bots.example", "OTHER": OTHER, "anonymous": "anonymous", "": "",
}  # fmt: skip
CONNECTIONS = {"app": django_settings.TELNYX_CONNECTION_ID, "listed": LISTED, "other": "2774990000000000856"}


def rows():
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def facts(leg, direction, state, connection, ends):
    """What the provider tells of a leg; without a direction its call.initiated was lost."""
    told = {"leg": leg, "connection_id": CONNECTIONS[connection]} | {name: one for name, one in ends.items() if one}
    first = [event("call.initiated", 0, direction=direction, state=state, **told)] if direction else []
    return [*first, event("call.answered", 1, **told)]


@pytest.fixture
def listed(directory):
    SystemAddress.objects.create(name="the assistant", address=ADDRESSES["BOT"])
    return Connection.objects.create(connection_id=LISTED, name="The PBX's trunk")


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_row_of_the_page_is_so(row, directory, marta, listed):
    _, direction, state, connection, shown, uri, to, who, whispered, phone_of = row
    ends = {"from_": ADDRESSES[shown], "from_sip_uri": ADDRESSES[uri].removeprefix("sip:"), "to": ADDRESSES[to]}
    receive(facts("v3:a", direction, state, connection, ends))
    leg = Leg.objects.get()
    mine = [one.call_control_id for one in own_legs(marta)]
    assert (leg.kind, mine) == (who, ["v3:a"] if phone_of else [])
    receive([joined("v3:a", at=2)])
    targets = policy.whisper_legs(Conference.objects.get())
    assert bool(targets) == (whispered == "yes")


def test_the_page_has_every_kind_of_origin():
    assert len(rows()) >= 30
    assert {row[1] for row in rows()} == {"incoming", "outgoing", ""}


def test_the_applications_own_connection_is_never_listed(db):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="what they show proves nothing"):
        Connection(connection_id=django_settings.TELNYX_CONNECTION_ID, name="Ours").full_clean()
    assert Connection(connection_id=LISTED, name="PBX").full_clean() is None


def test_a_leg_already_up_is_not_preselected_over_devices(story, marta):
    from dashboard.forms.supervise import SuperviseForm

    _, conference = story.call(ANA)
    story.simulator.dial(DESK)
    story.pass_time()
    form = SuperviseForm(Conference.objects.with_people().get(pk=conference.pk), marta)
    assert [value.partition(":")[0] for value, _ in form.fields["my_leg"].choices] == ["device", "device", "leg"]
    assert form.initial["my_leg"] == f"device:{marta.supervisor.devices.first().pk}"


legs = st.lists(
    st.tuples(
        st.sampled_from(["incoming", "outgoing", ""]),
        st.sampled_from(["parked", "bridging"]),
        st.sampled_from(sorted(CONNECTIONS)),
        st.sampled_from(sorted(ADDRESSES)),
        st.sampled_from(["", "ANA", "DESK", "OTHER"]),
        st.sampled_from(["ANA", "CHEN", "DESK", "QUEUE", "CUSTOMER", "OTHER", "BOT"]),
    ),
    min_size=1,
    max_size=5,
)
worlds = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


OURS = (Leg.Kind.AGENT, Leg.Kind.SUPERVISOR, Leg.Kind.SYSTEM)


def strangers_taken_in(world, marta):
    """The legs of strangers that would be whispered to, or used as somebody's own phone."""
    Fact.objects.all().delete()
    Leg.objects.all().delete()
    Conference.objects.all().delete()
    stranger = set()
    for number, (direction, state, connection, shown, uri, to) in enumerate(world):
        key = f"v3:{number}"
        ends = {"from_": ADDRESSES[shown], "from_sip_uri": ADDRESSES[uri].removeprefix("sip:"), "to": ADDRESSES[to]}
        if direction == "incoming" and connection != "listed":
            stranger.add(key)
        told = facts(key, direction, state, connection, ends)
        receive([*told, joined(key, at=2)])
    people = [one.leg for conference in Conference.objects.all() for one in policy.whisper_legs(conference)]
    wrong = {leg.call_control_id for leg in [*people, *own_legs(marta)]}
    kinds = Leg.objects.filter(kind__in=OURS).values_list("call_control_id", flat=True)
    return stranger & (wrong | {*kinds})


@worlds
@given(world=legs)
def test_a_strangers_leg_is_no_target_and_nobodys_phone(world, directory, marta, listed):
    assert strangers_taken_in(world, marta) == set()


def test_a_planted_mistake_is_found(directory, marta, listed, monkeypatch):
    monkeypatch.setattr(leg_matching, "origin_of", lambda *_: leg_matching.Origin.ENDPOINT)
    assert strangers_taken_in([("incoming", "parked", "app", "CHEN", "", "OTHER")], marta) == {"v3:0"}
