"""Lines of the log: one for each event in either form, with nothing in them that the masking knows."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable

import pytest
from django.conf import settings
from structlog.stdlib import get_logger

from conferences import tracing
from dashboard.server.logs.lines import FORMS, Lines

LEG = "v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg"
NUMBER = "+34600000012"
KEY = "KEY0123456789ABCDEF_of_this_test"
ID = "7b4b244e-1111-4222-8333-123456789012"
every_form = pytest.mark.parametrize("form", FORMS)


def record(message: object, *args: object, exc_info: object = None) -> logging.LogRecord:
    return logging.LogRecord("conferences", logging.WARNING, __file__, 1, message, args, exc_info)  # type: ignore[arg-type]


def told(message: object, *args: object, **more: object) -> dict[str, object]:
    """What the JSON of a record says."""
    found: dict[str, object] = json.loads(Lines("json").format(record(message, *args, **more)))
    return found


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Callable[[str], list[str]]:
    """The lines of all that structlog was told, in a form."""
    caplog.set_level(logging.INFO)
    return lambda form: [Lines(form).format(one) for one in caplog.records]


def test_a_record_of_pythons_logging_is_one_object():
    found = told("%s called", "Ana")
    assert (found["event"], found["level"], found["logger"]) == ("Ana called", "warning", "conferences")
    assert str(found["timestamp"]).endswith("Z")


def test_structlogs_values_are_fields_of_the_object(written):
    get_logger("conferences.x").info("pushed", feed=12345678, pages=3, events=[ID])
    (found,) = (json.loads(line) for line in written("json"))
    assert {"event": "pushed", "feed": 12345678, "pages": 3, "events": [ID], "logger": "conferences.x"}.items() <= (
        found.items()
    )


def test_text_is_read_from_left_to_right(written):
    get_logger("conferences.x").info("command", step="join", code="", says="not now", events=[ID])
    (line,) = written("text")
    assert line.partition(" ")[2] == f'info conferences.x: command step=join code="" says="not now" events=["{ID}"]'


@every_form
def test_arguments_are_masked_where_they_land(form):
    line = Lines(form).format(record("%s called %s with %s", NUMBER, LEG, KEY))
    assert "+34 ••• ••12 called v3:•••4pqg with KEY•••" in line


@every_form
@pytest.mark.parametrize(
    "value",
    [
        NUMBER,
        34600000012,
        [NUMBER],
        {"a": {"b": (LEG, NUMBER)}},
        {NUMBER: 1},
        f"\n{NUMBER}",
        f'{{"Authorization": "Bearer {KEY}"}}',
        KEY.encode(),
        ValueError(NUMBER),
        {NUMBER},
    ],
    ids=repr,
)
def test_a_value_is_masked_however_deep_it_lies(written, form, value):
    get_logger("conferences").info("told", value=value, bound=LEG)
    (line,) = written(form)
    hidden = (NUMBER, NUMBER[1:], KEY, LEG)
    assert [one for one in hidden if one in line] == []
    assert form == "text" or json.loads(line)["event"] == "told"


@every_form
def test_what_is_bound_is_masked_and_written_everywhere(written, form):
    with tracing.during(ID):
        get_logger("conferences").info("one")
        logging.getLogger("conferences").info("two")
        lines = written(form)
    assert [ID in line for line in lines] == [True, True]


def fails() -> None:
    try:
        int(f"no leg {LEG}")
    except ValueError as error:
        raise RuntimeError(f"Bearer {KEY} of {NUMBER}") from error


@every_form
def test_a_traceback_is_masked_with_its_causes(form):
    with pytest.raises(RuntimeError) as caught:
        fails()
    text = Lines(form).format(record("Failed", exc_info=(caught.type, caught.value, caught.tb)))
    text = str(json.loads(text)["exception"]) if form == "json" else text
    assert [line for line in text.splitlines() if "Error:" in line] == [
        "ValueError: invalid literal for int() with base 10: 'no leg v3:•••4pqg'",
        "RuntimeError: Bearer ••• of +34 ••• ••12",
    ]


@every_form
def test_a_message_stays_one_line_whatever_is_in_it(form):
    odd = "odd\n2026-03-02 INFO root: all is well\r\u2028\x85"
    line = Lines(form).format(record("Refused: %s", odd))
    assert len(line.splitlines()) == 1
    assert form == "text" or json.loads(line)["event"] == f"Refused: {odd}"


def test_json_has_one_line_for_a_traceback():
    try:
        fails()
    except RuntimeError:
        line = Lines("json").format(record("Failed", exc_info=sys.exc_info()))
    assert len(line.splitlines()) == 1


def test_the_record_itself_stays_as_it_is():
    called = record("%s called", NUMBER)
    Lines("json").format(called)
    assert called.getMessage() == f"{NUMBER} called"


def test_every_handler_of_the_product_masks():
    assert {one["formatter"] for one in settings.LOGGING["handlers"].values()} == {"masked"}
    assert settings.LOGGING["formatters"]["masked"]["()"] == "dashboard.server.logs.lines.made_by_settings"
