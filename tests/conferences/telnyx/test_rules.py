"""Hold music comes from where it may, and a client_state is read back as it was written."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conferences.telnyx.rules import InvalidCommand, check_hold_audio_url, decode_client_state, encode_client_state


def refusal(make, *args):
    with pytest.raises(InvalidCommand) as caught:
        make(*args)
    return caught.value.field


ORIGINS = {"https://media.example.com", "https://cdn.example.org:8443", "https://127.0.0.1", "http://media.example.com"}


@pytest.mark.parametrize(
    "url",
    [
        "https://media.example.com",
        "https://media.example.com/wait.mp3",
        "https://media.example.com/a/b.wav?version=2",
        "https://media.example.com?x=https://evil.example",
        "https://cdn.example.org:8443/wait.mp3",
    ],
)
def test_hold_music_may_come_from_an_allowed_origin(url):
    assert check_hold_audio_url(url, ORIGINS) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "media.example.com/wait.mp3",
        "//media.example.com/wait.mp3",
        "http://media.example.com/wait.mp3",
        "ftp://media.example.com/wait.mp3",
        "https://user@media.example.com/",
        "https://user:secret@media.example.com/",
        "https://media.example.com@evil.example/",
        "https://media.example.com\\@evil.example/",
        "https://media.example.com#@evil.example/",
        "https://media.example.com:443/",
        "https://media.example.com:/",
        "https://media.example.com:8443/",
        "https://cdn.example.org/",
        "https://cdn.example.org:08443/",
        "https://cdn.example.org:8443:443/",
        "https://cdn.example.org:84430/",
        "https://media.example.com./",
        "https://media.example.com.evil.example/",
        "https://evil-media.example.com/",
        "https://example.com/",
        "https://MEDIA.example.com/",
        "https://m\u00e9dia.example.com/",
        "https://media.example.com/w\u00e4it.mp3",
        "https://media.example.com/wait.mp3\n",
        "https://media.example.com/wait mp3",
        "https://media.example.com\t/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.0x1/",
        "https://[::1]/",
        "https://localhost/",
    ],
)
def test_hold_music_may_not_come_from_anywhere_else(url):
    assert refusal(check_hold_audio_url, url, ORIGINS) == "hold_audio_url"


@given(st.text(max_size=60))
def test_client_state_is_read_back_as_its_original_text(text):
    if text and "\0" not in text:
        assert decode_client_state(encode_client_state(text)) == text
    else:
        assert decode_client_state(base64.b64encode(text.encode()).decode()) is None


def test_client_state_may_have_256_characters_and_no_more():
    assert len(encode_client_state("x" * 192)) == 256
    assert refusal(encode_client_state, "x" * 193) == "client_state"
    assert refusal(encode_client_state, "") == "client_state"


@pytest.mark.parametrize("value", [None, "", "not base64", "ab", "/////w==", "w\u00e4"])
def test_client_state_of_others_is_read_as_none(value):
    assert decode_client_state(value) is None
