"""Lists: paging by number and by cursor, filters, regions, and what each item shows."""

import pytest

ANA, LUIS = "sip:ana.ruiz@agents.example", "sip:luis.ortega@agents.example"


def names(response):
    return [item["name"] for item in response.json()["data"]]


def refusal(response):
    error = response.json()["errors"][0]
    return response.status_code, error["code"], error["source"]


@pytest.fixture
def five(sim):
    made = []
    for number in range(5):
        made.append(sim.conference_with([], name=f"Support {number}"))
        sim.advance(1)
    return made


def test_conferences_come_latest_to_expire_first(api, five):
    assert names(api.get("/conferences")) == [f"Support {number}" for number in (4, 3, 2, 1, 0)]


def test_pages_of_a_numbered_list_say_where_they_are(api, five):
    response = api.get("/conferences", params={"page[number]": 2, "page[size]": 2})
    assert names(response) == ["Support 2", "Support 1"]
    assert response.json()["meta"] == {"page_number": 2, "page_size": 2, "total_pages": 3, "total_results": 5}


def test_page_beyond_the_last_is_empty(api, five):
    response = api.get("/conferences", params={"page[number]": 9})
    assert response.json() == {
        "data": [],
        "meta": {"page_number": 9, "page_size": 20, "total_pages": 1, "total_results": 5},
    }


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("page[size]", "251", "10033"),
        ("page[size]", "0", "10033"),
        ("page[number]", "0", "10033"),
        ("page[number]", "two", "10026"),
    ],
)
def test_page_out_of_bounds_is_refused(api, name, value, code):
    assert refusal(api.get("/conferences", params={name: value})) == (422, code, {"parameter": name})


def test_largest_page_is_accepted(api, five):
    assert len(api.get("/conferences", params={"page[size]": 250}).json()["data"]) == 5


def test_name_filter_is_exact_and_case_sensitive(api, five):
    found = [
        names(api.get("/conferences", params={"filter[name]": name})) for name in ("Support 1", "support 1", "Support")
    ]
    assert found == [["Support 1"], [], []]


def test_status_filter_tells_live_from_completed(sim, api, five):
    sim.world.conferences.end_by_command(five[0])
    completed = api.get("/conferences", params={"filter[status]": "completed"}).json()["data"]
    assert len(names(api.get("/conferences", params={"filter[status]": "in_progress"}))) == 4
    assert [(item["name"], item["end_reason"]) for item in completed] == [("Support 0", "ended_via_api")]


def test_unknown_status_is_refused(api):
    response = api.get("/conferences", params={"filter[status]": "live"})
    assert refusal(response) == (422, "10032", {"parameter": "filter[status]"})


def test_unknown_region_is_refused(api):
    assert refusal(api.get("/conferences", params={"region": "Mars"})) == (422, "10032", {"parameter": "region"})


def test_conference_shows_its_site_not_its_region(api, conference):
    shown = api.get(f"/conferences/{conference.id}").json()["data"]
    assert (shown["region"], sorted(shown)) == (
        "ch1",
        ["connection_id", "created_at", "expires_at", "id", "name", "record_type", "region", "status", "updated_at"],
    )


def in_region(sim, api, region):
    body = {"call_control_id": sim.dial(ANA).call_control_id, "name": region, "region": region}
    return api.post("/conferences", json=body).json()["data"]["id"]


@pytest.mark.parametrize("region", ["Australia", "Europe", "Middle East"])
def test_region_names_the_conferences_of_that_region(sim, api, conference, region):
    in_region(sim, api, region)
    assert names(api.get("/conferences", params={"region": region})) == [region]


def test_conference_of_another_region_is_not_found_there(sim, api):
    made = in_region(sim, api, "Europe")
    wrong = api.get(f"/conferences/{made}", params={"region": "US"})
    right = api.get(f"/conferences/{made}", params={"region": "Europe"})
    assert (wrong.status_code, right.status_code) == (404, 200)


def test_participant_shows_everything_but_its_role(api, conference):
    shown = api.get(f"/conferences/{conference.id}/participants").json()["data"][1]
    assert shown["conference"] == {"id": conference.id, "name": conference.name}
    assert sorted(shown) == sorted(
        [
            "record_type", "conference", "id", "call_control_id", "call_leg_id", "created_at", "updated_at", "muted",
            "on_hold", "status", "whisper_call_control_ids", "end_conference_on_exit", "soft_end_conference_on_exit",
        ]
    )  # fmt: skip


CUSTOMER, SUPERVISOR = "+14155550171", "+14155550191"


@pytest.mark.parametrize(
    ("query", "far_ends"),
    [
        ("filter[muted]=true", [ANA]),
        ("filter[muted]=false", [CUSTOMER, LUIS, SUPERVISOR]),
        ("filter[on_hold]=true", [LUIS]),
        ("filter[whispering]=true", [SUPERVISOR]),
        ("filter[whispering]=false", [CUSTOMER, ANA, LUIS]),
    ],
)
def test_participants_are_filtered(sim, api, conference, query, far_ends):
    ana, luis = conference.leg(ANA), conference.leg(LUIS)
    sim.world.participation.mute([ana.participant])
    sim.world.participation.hold([luis.participant])
    sim.join(conference, sim.dial(SUPERVISOR), role="whisper", whisper_to=(ana.call_control_id,))
    found = api.get(f"/conferences/{conference.id}/participants?{query}").json()["data"]
    assert [sim.state.legs[item["call_control_id"]].far_end for item in found] == far_ends


def test_participant_filter_that_is_no_boolean_is_refused(api, conference):
    response = api.get(f"/conferences/{conference.id}/participants", params={"filter[muted]": "yes"})
    assert refusal(response) == (422, "10026", {"parameter": "filter[muted]"})


def test_participants_are_paged(api, conference):
    response = api.get(f"/conferences/{conference.id}/participants", params={"page[size]": 2, "page[number]": 2})
    assert response.json()["meta"] == {"page_number": 2, "page_size": 2, "total_pages": 2, "total_results": 3}
    assert len(response.json()["data"]) == 1


def test_nobody_is_in_a_completed_conference(sim, api, conference):
    sim.world.conferences.end_by_command(conference)
    assert api.get(f"/conferences/{conference.id}/participants").json()["data"] == []


def test_single_participant_has_the_flat_schema(api, conference):
    stay = conference.leg(ANA).participant
    shown = api.get(f"/conferences/{conference.id}/participants/{stay.id}").json()["data"]
    assert shown["conference_id"] == conference.id
    assert "record_type" not in shown
    assert "conference" not in shown


def test_patch_changes_only_exits_and_beeps(api, conference):
    stay = conference.leg(ANA).participant
    body = {"beep_enabled": "always", "end_conference_on_exit": True, "muted": True, "supervisor_role": "monitor"}
    shown = api.patch(f"/conferences/{conference.id}/participants/{stay.id}", json=body).json()["data"]
    assert (shown["end_conference_on_exit"], shown["muted"]) == (True, False)
    assert (stay.beep_enabled, stay.role) == ("always", "none")


def test_active_calls_follow_cursors_to_the_end(sim, api, conference):
    path, seen, pages = f"/connections/{sim.app.connection_id}/active_calls", [], 0
    cursor = None
    while pages < 5:
        params = {"page[limit]": 2, **({"page[after]": cursor} if cursor else {})}
        body = api.get(path, params=params).json()
        seen += [item["call_control_id"] for item in body["data"]]
        pages, cursor = pages + 1, body["meta"]["cursors"]["after"]
        if cursor is None:
            break
    assert pages == 2
    assert seen == list(sim.state.legs)
    assert body["meta"]["total_items"] == 3


def test_active_calls_can_be_followed_back(sim, api, conference):
    path = f"/connections/{sim.app.connection_id}/active_calls"
    first = api.get(path, params={"page[limit]": 2}).json()
    second = api.get(path, params={"page[limit]": 2, "page[after]": first["meta"]["cursors"]["after"]}).json()
    back = api.get(path, params={"page[limit]": 2, "page[before]": second["meta"]["cursors"]["before"]}).json()
    assert (back["data"], first["meta"]["previous"]) == (first["data"], None)


def test_active_calls_show_no_numbers_and_no_ended_legs(sim, api, conference):
    sim.far_end_hangs_up(conference.leg(ANA))
    shown = api.get(f"/connections/{sim.app.connection_id}/active_calls").json()["data"]
    assert len(shown) == 2
    assert sorted(shown[0]) == [
        "call_control_id", "call_duration", "call_leg_id", "call_session_id", "client_state", "record_type",
    ]  # fmt: skip


def test_bad_cursor_and_unknown_connection_are_refused(sim, api):
    cursor = api.get(f"/connections/{sim.app.connection_id}/active_calls", params={"page[after]": "v1:zz"})
    assert (cursor.status_code, api.get("/connections/1/active_calls").status_code) == (422, 404)


def test_call_shows_its_duration_and_its_end(sim, api):
    leg = sim.dial(ANA)
    sim.advance(42)
    alive = api.get(f"/calls/{leg.call_control_id}").json()["data"]
    sim.far_end_hangs_up(leg)
    dead = api.get(f"/calls/{leg.call_control_id}").json()["data"]
    assert alive["is_alive"] is True
    assert alive["call_duration"] == 42
    assert "end_time" not in alive
    assert dead["is_alive"] is False
    assert dead["call_duration"] == 42
    assert "end_time" in dead
