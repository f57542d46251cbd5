"""What is logged names no caller, no key and no leg."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings

from dashboard.server.logs.masking import mask

LEG = "v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg"
NUMBER = "+34600000012"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"from {NUMBER}", "from +34 ••• ••12"),
        ("from +34 600 000 012 to", "from +34 ••• ••12 to"),
        ("caller 34600000012.", "caller ••• ••12."),
        (f"sip:{NUMBER}@example.com", "sip:+34 ••• ••12@example.com"),
        ("Authorization: Bearer KEY0123_abc", "Authorization: Bearer •••"),
        ("{'authorization': 'bearer abc.def-1'}", "{'authorization': 'bearer •••'}"),
        ("key KEY0123456789ABCDEF_canary is bad", "key KEY••• is bad"),
        (f"leg {LEG}, gone", "leg v3:•••4pqg, gone"),
        (f"/v2/calls/{LEG}/actions/hangup", "/v2/calls/v3:•••4pqg/actions/hangup"),
        ("/v2/calls/v2%3AMdI91X4lWFEs7Igb%3D%3D/actions", "/v2/calls/v2:•••7Igb/actions"),
        ("v3:MdI91X4lWFEs7IgbBE==", "v3:•••gbBE"),
        ("Not Found: /accounts/password/first/MQ/d1abc-0f9e/", "Not Found: /accounts/password/first/•••/"),
    ],
)
def test_what_names_people_or_opens_doors_is_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Conference 7b4b244e-1111-4222-8333-123456789012 has ended",
        "HTTP 422 90018 after 3 sends",
        "2026-03-02 09:00:30,123 INFO conferences.background: KEYBOARD and bearer",
        "connection 1494404757140276705",
        "127.0.0.1:8000",
    ],
)
def test_everything_else_is_left_as_it_is(text):
    assert mask(text) == text


@pytest.mark.parametrize("name", ["django", "django.server", "django.request", "conferences.background", "daphne"])
def test_no_logger_has_a_way_out_of_its_own(name):
    logger = logging.getLogger(name)
    assert (logger.handlers, logger.propagate) == ([], True)


@pytest.mark.parametrize("name", ["httpx", "httpcore"])
def test_the_http_client_tells_no_addresses(name):
    assert settings.LOGGING["loggers"][name] == {"level": "WARNING"}
