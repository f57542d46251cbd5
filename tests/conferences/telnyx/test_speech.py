"""What may be spoken on a leg, and what is refused before it is sent."""

import json
from typing import get_args, get_type_hints

import pytest
from telnyx.types.calls.action_gather_using_speak_params import ActionGatherUsingSpeakParams

from conferences.telnyx.commands import Dial, InvalidCommand
from conferences.telnyx.rules import DETECTIONS
from conferences.telnyx.speech import LANGUAGES, GatherUsingSpeak, check_speech

GATHER = {
    "command_id": "c1",
    "client_state": "aGVsbG8=",
    "payload": "Press 1.",
    "voice": "AWS.Polly.Joanna",
    "language": "en-US",
    "valid_digits": "1",
    "timeout_millis": 6000,
    "maximum_tries": 2,
}


def test_one_key_is_asked_for():
    body = GatherUsingSpeak(**GATHER).body()
    assert body == GATHER | {"minimum_digits": 1, "maximum_digits": 1}
    assert json.dumps(body)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("command_id", ""),
        ("client_state", "not base64!"),
        ("payload", ""),
        ("payload", "   "),
        ("payload", "x" * 3001),
        ("voice", ""),
        ("voice", "Joanna"),
        ("voice", "ElevenLabs.eleven_multilingual_v2.21m00Tcm4TlvDq8ikWAM"),
        ("voice", "AWS.Polly."),
        ("language", "en"),
        ("language", "es-AR"),
        ("valid_digits", ""),
        ("valid_digits", "one"),
        ("timeout_millis", 999),
        ("timeout_millis", 60_001),
        ("maximum_tries", 0),
        ("maximum_tries", 11),
    ],
)
def test_text_or_wait_beyond_provider_limits_is_not_sent(field, value):
    with pytest.raises(InvalidCommand) as caught:
        GatherUsingSpeak(**GATHER | {field: value})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("voice", "language"),
    [
        ("female", "en-US"),
        ("male", "en-US"),
        ("AWS.Polly.Joanna-Neural", "es-ES"),
        ("Azure.en-US-Ava:DragonHDLatestNeural", "en-GB"),
        ("Telnyx.KokoroTTS.af", "en-US"),
        ("xAI.eve", "pt-BR"),
        ("Minimax.speech-02-hd.Wise_Woman", "ja-JP"),
    ],
)
def test_what_it_can_speak_is_let_through(voice, language):
    check_speech(voice, language)


@pytest.mark.parametrize("language", ["es-ES", "en-GB", "arb"])
def test_a_basic_voice_speaks_one_language(language):
    with pytest.raises(InvalidCommand) as caught:
        check_speech("female", language)
    assert caught.value.field == "voice"


def test_the_languages_are_those_of_the_official_package():
    hint = get_type_hints(ActionGatherUsingSpeakParams, include_extras=False)["language"]
    assert set(get_args(hint)) == set(LANGUAGES)


DIAL = {
    "to": "+34600000012",
    "from_": "+34910000000",
    "connection_id": "1293384261075731499",
    "client_state": "c3VwZXJ2aXNpb24=",
    "command_id": "c1",
    "timeout_secs": 30,
}


@pytest.mark.parametrize("detection", DETECTIONS)
def test_a_dial_asks_for_a_detection_that_there_is(detection):
    assert Dial(**DIAL, answering_machine_detection=detection).body()["answering_machine_detection"] == detection.value


def test_a_dial_asks_for_none_unless_told():
    assert "answering_machine_detection" not in Dial(**DIAL).body()


@pytest.mark.parametrize("detection", ["", "Premium", "amd", "enabled"])
def test_a_detection_that_there_is_not_is_not_sent(detection):
    with pytest.raises(InvalidCommand) as caught:
        Dial(**DIAL, answering_machine_detection=detection)
    assert caught.value.field == "answering_machine_detection"
