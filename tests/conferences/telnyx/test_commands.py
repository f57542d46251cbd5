"""A command that would be heard by the wrong people is never built."""

import pytest

from conferences.telnyx.commands import (
    BEEPS,
    REGIONS,
    ROLES,
    Dial,
    Hangup,
    InvalidCommand,
    Join,
    Leave,
    Update,
)

MONITOR = {
    "call_control_id": "v3:own",
    "command_id": "c1",
    "supervisor_role": "monitor",
    "beep_enabled": "never",
    "end_conference_on_exit": False,
    "soft_end_conference_on_exit": False,
}
DIAL = {
    "to": "+34600000012",
    "from_": "+34910000000",
    "connection_id": "1293384261075731499",
    "client_state": "c3VwZXJ2aXNpb24=",
    "command_id": "c1",
    "timeout_secs": 30,
}


def refusal(make, *args, **fields):
    with pytest.raises(InvalidCommand) as caught:
        make(*args, **fields)
    return caught.value.field


def test_join_always_says_role_command_id_beep_and_endings():
    assert Join("v3:own", "c1", "monitor").body() == MONITOR


def test_join_says_everything_it_was_told():
    join = Join(
        call_control_id="v3:own",
        command_id="c1",
        supervisor_role="whisper",
        whisper_call_control_ids=("v3:ana", "v3:luis"),
        client_state="aGVsbG8=",
        mute=True,
        hold=True,
        hold_audio_url="https://media.example.com/wait.mp3",
        beep_enabled="on_exit",
        start_conference_on_enter=True,
        end_conference_on_exit=True,
        soft_end_conference_on_exit=True,
        region="Middle East",
    )
    assert join.body() == {
        "call_control_id": "v3:own",
        "command_id": "c1",
        "supervisor_role": "whisper",
        "whisper_call_control_ids": ["v3:ana", "v3:luis"],
        "client_state": "aGVsbG8=",
        "mute": True,
        "hold": True,
        "hold_audio_url": "https://media.example.com/wait.mp3",
        "beep_enabled": "on_exit",
        "start_conference_on_enter": True,
        "end_conference_on_exit": True,
        "soft_end_conference_on_exit": True,
        "region": "Middle East",
    }


def test_join_names_a_stored_file_for_hold_music():
    body = Join("v3:own", "c1", "none", hold=True, hold_media_name="wait").body()
    assert body == MONITOR | {"supervisor_role": "none", "hold": True, "hold_media_name": "wait"}


def test_update_always_says_role_and_command_id():
    assert Update("v3:own", "c1", "barge").body() == {
        "call_control_id": "v3:own",
        "command_id": "c1",
        "supervisor_role": "barge",
    }


def test_update_names_its_targets_anew():
    assert Update("v3:own", "c1", "whisper", ("v3:ana",), "Europe").body() == {
        "call_control_id": "v3:own",
        "command_id": "c1",
        "supervisor_role": "whisper",
        "whisper_call_control_ids": ["v3:ana"],
        "region": "Europe",
    }


def test_leave_always_says_its_beep():
    body = {"call_control_id": "v3:own", "command_id": "c1", "beep_enabled": "never"}
    assert Leave("v3:own", "c1").body() == body
    assert Leave("v3:own", "c1", region="US").body() == body | {"region": "US"}


def test_dial_uses_the_providers_spelling():
    body = {("from" if name == "from_" else name): value for name, value in DIAL.items()}
    assert Dial(**DIAL).body() == body
    shown = Dial(**DIAL, from_display_name="Floor 2", time_limit_secs=3600).body()
    assert shown == body | {"from_display_name": "Floor 2", "time_limit_secs": 3600}


def test_hangup_says_its_command_id():
    assert Hangup("c1").body() == {"command_id": "c1"}
    assert Hangup("c1", "aGVsbG8=").body() == {"command_id": "c1", "client_state": "aGVsbG8="}


@pytest.mark.parametrize("command", [Join, Update])
@pytest.mark.parametrize(
    ("role", "targets", "field"),
    [
        ("whisper", (), "whisper_call_control_ids"),
        ("whisper", ("v3:ana", "v3:ana"), "whisper_call_control_ids"),
        ("whisper", ("v3:ana", "v3:own"), "whisper_call_control_ids"),
        ("whisper", ("v3:ana", ""), "whisper_call_control_ids"),
        ("monitor", ("v3:ana",), "whisper_call_control_ids"),
        ("barge", ("v3:ana",), "whisper_call_control_ids"),
        ("none", ("v3:ana",), "whisper_call_control_ids"),
        ("", (), "supervisor_role"),
        ("Monitor", (), "supervisor_role"),
        ("listen", (), "supervisor_role"),
    ],
)
def test_role_and_targets_that_do_not_fit_are_refused(command, role, targets, field):
    assert refusal(command, "v3:own", "c1", role, targets) == field


@pytest.mark.parametrize("command", [Join, Update])
@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_be_asked_for(command, role):
    targets = ("v3:ana",) if role == "whisper" else ()
    assert command("v3:own", "c1", role, targets).body()["supervisor_role"] == str(role)


@pytest.mark.parametrize("beep", BEEPS)
def test_every_beep_may_be_asked_for(beep):
    assert Leave("v3:own", "c1", beep).body()["beep_enabled"] == str(beep)
    assert Join("v3:own", "c1", "monitor", beep_enabled=beep).body()["beep_enabled"] == str(beep)


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_may_be_asked_for(region):
    for command in (Leave("v3:own", "c1", region=region), Update("v3:own", "c1", "monitor", region=region)):
        assert command.body()["region"] == str(region)


@pytest.mark.parametrize("unknown", ["", "us", "MiddleEast", "Middle_East"])
def test_an_unknown_region_or_beep_is_refused(unknown):
    assert refusal(Join, "v3:own", "c1", "monitor", region=unknown) == "region"
    assert refusal(Update, "v3:own", "c1", "monitor", region=unknown) == "region"
    assert refusal(Leave, "v3:own", "c1", region=unknown) == "region"
    assert refusal(Leave, "v3:own", "c1", unknown) == "beep_enabled"
    assert refusal(Join, "v3:own", "c1", "monitor", beep_enabled=unknown) == "beep_enabled"


@pytest.mark.parametrize("missing", ["", " ", "v3: own", "v3:\u00fc", "v3:own\n"])
def test_an_id_that_cannot_be_one_is_refused(missing):
    assert refusal(Join, missing, "c1", "monitor") == "call_control_id"
    assert refusal(Update, "v3:own", missing, "monitor") == "command_id"
    assert refusal(Leave, missing, "c1") == "call_control_id"
    assert refusal(Hangup, missing) == "command_id"
    assert refusal(Dial, **DIAL | {"connection_id": missing}) == "connection_id"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"hold_audio_url": "https://media.example.com/a.mp3"}, "hold_audio_url"),
        ({"hold_media_name": "wait"}, "hold_media_name"),
        ({"hold": True, "hold_media_name": ""}, "hold_media_name"),
        ({"hold": True, "hold_audio_url": "https://m.example.com/a", "hold_media_name": "b"}, "hold_media_name"),
        ({"hold": True, "hold_audio_url": "http://m.example.com/a"}, "hold_audio_url"),
        ({"client_state": "not base64"}, "client_state"),
        ({"client_state": ""}, "client_state"),
        ({"client_state": "A" * 260}, "client_state"),
    ],
)
def test_join_refuses_fields_that_do_not_fit(fields, field):
    assert refusal(Join, "v3:own", "c1", "monitor", **fields) == field


@pytest.mark.parametrize("to", ["+34600000012", "sip:gencred7x@sip.telnyx.com", "sips:ana@example.com:5061"])
def test_dial_rings_numbers_and_sip_addresses(to):
    assert Dial(**DIAL | {"to": to}).body()["to"] == to


@pytest.mark.parametrize(
    ("change", "field"),
    [
        *(({"to": to}, "to") for to in ("", "600000012", "+0600000012", "+346", "sip:", "sip:a b@c", "sip:a@b@c")),
        *(({"from_": number}, "from") for number in ("", "34910000000", "sip:a@b", "anonymous")),
        *(({"timeout_secs": seconds}, "timeout_secs") for seconds in (4, 601)),
        *(({"time_limit_secs": seconds}, "time_limit_secs") for seconds in (29, 14_401)),
        ({"from_display_name": "x" * 129}, "from_display_name"),
        ({"client_state": "?"}, "client_state"),
    ],
)
def test_dial_refuses_what_the_provider_would(change, field):
    assert refusal(Dial, **DIAL | change) == field


@pytest.mark.parametrize("change", [{"timeout_secs": 5}, {"timeout_secs": 600}, {"time_limit_secs": 30}])
def test_dial_takes_the_limits_themselves(change):
    assert Dial(**DIAL | change).body() | change == Dial(**DIAL | change).body()


def test_invalid_command_names_the_field_and_says_a_sentence():
    with pytest.raises(ValueError, match=r"^whisper_call_control_ids: Nobody can whisper to themselves\.$") as caught:
        Join("v3:own", "c1", "whisper", ("v3:own",))
    assert caught.value.sentence == "Nobody can whisper to themselves."
