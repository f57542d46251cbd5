"""The commands about sound: speak, play, stop and recording in a conference, and asking for a key on a leg."""

from __future__ import annotations

from conferences.simulator import refusals
from conferences.simulator.api.conferences import participant_of, target
from conferences.simulator.api.context import Desk
from conferences.simulator.api.http import Request, Response, ok
from conferences.simulator.api.validation import Fields
from conferences.simulator.world import Conference, Gather, Participant

LONGEST_SPEECH = 3000
LANGUAGES = (
    "arb", "cmn-CN", "cy-GB", "da-DK", "de-DE", "en-AU", "en-GB", "en-GB-WLS", "en-IN", "en-US", "es-ES", "es-MX",
    "es-US", "fr-CA", "fr-FR", "hi-IN", "is-IS", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-NL", "pl-PL", "pt-BR",
    "pt-PT", "ro-RO", "ru-RU", "sv-SE", "tr-TR",
)  # fmt: skip


def _listeners(desk: Desk, conference: Conference, fields: Fields) -> list[Participant]:
    ids = fields.strings("call_control_ids")
    return [participant_of(desk, conference, each, "/call_control_ids") for each in ids]


def speak(desk: Desk, request: Request) -> Response:
    """Answer actions/speak."""
    fields = Fields(request.json())
    text = fields.required("payload")
    fields.required("voice")
    fields.choice("payload_type", ("text", "ssml"))
    if len(text) > LONGEST_SPEECH:
        raise refusals.out_of_range(1, LONGEST_SPEECH, pointer="/payload")
    conference = target(desk, request)
    desk.world.media.speak(conference, text, _listeners(desk, conference, fields))
    return ok()


def play(desk: Desk, request: Request) -> Response:
    """Answer actions/play."""
    fields = Fields(request.json())
    fields.not_both("audio_url", "media_name")
    audio_url, media_name = fields.text("audio_url"), fields.text("media_name")
    if not audio_url and not media_name:
        raise refusals.missing("/audio_url")
    media = {"media_url": audio_url} if audio_url else {"media_name": media_name or ""}
    conference = target(desk, request)
    desk.world.media.play(conference, media, _listeners(desk, conference, fields))
    return ok()


def stop(desk: Desk, request: Request) -> Response:
    """Answer actions/stop."""
    conference = target(desk, request)
    desk.world.media.stop(conference, _listeners(desk, conference, Fields(request.json())))
    return ok()


def record_start(desk: Desk, request: Request) -> Response:
    """Answer actions/record_start."""
    fields = Fields(request.json())
    fields.required("format")
    file_format = fields.choice("format", ("wav", "mp3")) or "mp3"
    channels = fields.choice("channels", ("single", "dual")) or "single"
    desk.world.media.start_recording(target(desk, request), file_format, channels)
    return ok()


def record_stop(desk: Desk, request: Request) -> Response:
    """Answer actions/record_stop."""
    recording_id = Fields(request.json()).text("recording_id")
    desk.world.media.stop_recording(target(desk, request), recording_id)
    return ok()


def record_pause(desk: Desk, request: Request) -> Response:
    """Answer actions/record_pause and record_resume: accepted, and nothing announces them."""
    target(desk, request)
    return ok()


def gather_using_speak(desk: Desk, request: Request) -> Response:
    """Answer actions/gather_using_speak: one key; its other settings are checked and not played."""
    fields = Fields(request.json())
    payload = fields.required("payload")
    fields.required("voice")
    basic = fields.choice("service_level", ("basic", "premium")) == "basic"
    fields.choice("language", ("en-US",) if basic else LANGUAGES)
    if len(payload) > LONGEST_SPEECH:
        raise refusals.out_of_range(1, LONGEST_SPEECH, pointer="/payload")
    fields.number("minimum_digits", 1, 128)
    fields.number("maximum_digits", 1, 128)
    gather = Gather(
        desk.state.answered_leg(request.keys["id"]),
        payload,
        fields.text("valid_digits") or "0123456789#*",
        fields.number("timeout_millis", 1, 600_000) or 60_000,
        fields.number("maximum_tries", 1, 100) or 3,
        fields.client_state(desk.state.switches.client_state_limit),
    )
    desk.world.answering.gather(gather)
    return ok()
