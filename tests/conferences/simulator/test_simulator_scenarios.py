"""The named stories: they look like a contact center, and the same seed tells the same story."""

from collections import Counter

import pytest

from conferences.simulator import Simulator
from conferences.simulator.people import sample_people
from conferences.simulator.people.live import live
from conferences.simulator.people.scenarios import SCENARIOS, begin


def play(name, seed=3, minutes=0.0, **options):
    sim = Simulator(post=lambda *_: 200)
    begin(sim, name, seed=seed, **options)
    sim.advance(minutes * 60)
    return sim


def live_conferences(sim):
    return [each for each in sim.state.conferences.values() if each.is_active]


def test_the_stories_are_these():
    assert sorted(SCENARIOS) == ["calm-morning", "disorderly-network", "rush", "single-call"]


def test_board_is_full_within_seconds():
    sim = play("calm-morning", minutes=0.1)
    with_agents = [each for each in live_conferences(sim) if len(each.participants) >= 2]
    assert len(with_agents) >= 5


def test_same_seed_tells_the_same_story():
    stories = [[event.type for event in play("rush", seed=seed, minutes=5).events] for seed in (1, 1, 2)]
    assert (stories[0] == stories[1], stories[0] == stories[2]) == (True, False)


@pytest.mark.parametrize("name", ["calm-morning", "rush", "disorderly-network"])
def test_every_agent_is_on_one_call_at_most(name):
    sim = play(name)
    most = Counter()
    for _ in range(60):
        sim.advance(10)
        legs = [leg for leg in sim.state.legs.values() if leg.direction == "outgoing" and leg.state != "ended"]
        most |= Counter(leg.to for leg in legs)
    assert max(most.values()) == 1


def test_calls_go_through_everything_a_call_can_go_through():
    sim = play("calm-morning", minutes=30)
    types = {event.type for event in sim.events}
    assert types == {
        "call.initiated", "call.answered", "call.hangup", "call.hold", "call.unhold", "call.dtmf.received",
        "conference.created", "conference.ended", "conference.participant.joined", "conference.participant.left",
        "conference.floor.changed",
    }  # fmt: skip


def test_some_calls_are_held_muted_consulted_and_taken_over():
    sim = play("calm-morning")
    seen = set()
    for _ in range(600):
        sim.advance(3)
        stays = [each for conference in live_conferences(sim) for each in conference.participants]
        seen |= {"held" for each in stays if each.held} | {"muted" for each in stays if each.muted}
        seen |= {"consulted" for conference in live_conferences(sim) if len(conference.participants) == 3}
    agents = [Counter(s.leg.direction for s in c.stays)["outgoing"] for c in sim.state.conferences.values()]
    assert (seen, max(agents) >= 2) == ({"held", "muted", "consulted"}, True)


def test_calls_last_minutes_and_everybody_goes_home():
    sim = play("calm-morning", minutes=60)
    over = [each for each in sim.state.conferences.values() if not each.is_active]
    seconds = sorted((each.updated_at - each.created_at).total_seconds() for each in over)
    assert 60 <= seconds[len(seconds) // 2] <= 360
    assert [leg for each in over for stay in each.stays if (leg := stay.leg).state != "ended"] == []


def test_calls_bear_their_teams_name_and_ring_its_agents():
    sim = play("calm-morning", minutes=2)
    teams = {each.address: each.team for each in sample_people.AGENTS}
    first_agents = {
        (each.name.split()[0], teams[each.stays[1].leg.to])
        for each in sim.state.conferences.values()
        if len(each.stays) > 1
    }
    assert first_agents == {(team, team) for team in sample_people.TEAMS}


def test_higher_rate_brings_more_calls():
    counts = [len(play("calm-morning", minutes=10, calls_per_minute=rate).state.conferences) for rate in (2, 12)]
    assert counts[1] > counts[0] * 2


def test_single_call_keeps_two_agents_and_the_customer():
    sim = play("single-call", minutes=120)
    conference = live_conferences(sim)[0]
    far_ends = [stay.leg.far_end for stay in conference.participants]
    assert (len(sim.state.conferences), far_ends) == (
        1,
        [sample_people.CUSTOMERS[0], sample_people.AGENTS[0].address, sample_people.AGENTS[1].address],
    )


def test_conferences_ended_by_command_do_not_stop_the_story():
    sim = play("calm-morning", minutes=1)
    for conference in live_conferences(sim):
        sim.world.conferences.end_by_command(conference)
    sim.advance(300)
    assert len(live_conferences(sim)) > 3


def test_disorderly_network_disturbs_webhooks_and_the_others_do_not():
    disorderly, calm = play("disorderly-network"), play("calm-morning")
    assert (disorderly.faults.webhooks.drop_rate, calm.faults.webhooks.drop_rate) == (0.1, 0.0)


def test_supervisors_phones_behave_as_cast():
    sim = play("single-call")
    outcomes = Counter(sim.phones.at(d.address).outcome for s in sample_people.SUPERVISORS for d in s.devices)
    assert outcomes == {"answers": 4, "busy": 1, "rings_out": 1}


def test_unknown_story_is_a_mistake():
    with pytest.raises(KeyError):
        begin(Simulator(), "opera")


def test_live_starts_a_server_with_its_story_under_way():
    with live(port=0, scenario="single-call", webhook_url="http://127.0.0.1:9/") as server:
        assert len(server.desk.state.legs) >= 1


def test_live_refuses_an_unknown_story():
    with pytest.raises(KeyError):
        live(port=0, scenario="opera", webhook_url="http://127.0.0.1:9/")


def test_long_past_is_forgotten(sim, conference):
    sim.world.conferences.end_by_command(conference)
    sim.advance(100)
    sim.state.forget(101)
    kept = len(sim.state.legs), len(sim.state.conferences)
    sim.state.forget(99)
    assert kept == (3, 1)
    assert len(sim.state.legs) == 0
    assert len(sim.state.conferences) == 0


def test_every_number_is_dialable_and_belongs_to_one_person():
    addresses = [each.address for each in sample_people.AGENTS]
    addresses += [device.address for each in sample_people.SUPERVISORS for device in each.devices]
    addresses += [number for queue in sample_people.QUEUES for number in queue.numbers] + list(sample_people.CUSTOMERS)
    assert len(set(addresses)) == len(addresses)


def test_every_queue_and_agent_belongs_to_a_team():
    assert (
        {each.team for each in sample_people.QUEUES}
        == {each.team for each in sample_people.AGENTS}
        == set(sample_people.TEAMS)
    )
