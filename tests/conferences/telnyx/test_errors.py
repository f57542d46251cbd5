"""Errors tell what the caller can do, and nothing that must not be told."""

import pytest

from conferences.telnyx.errors import ApiError, RateLimited, Refused, TelnyxError, Unavailable, read_errors

ENDED = {"code": "90018", "title": "Call has already ended", "detail": "Leg v3:secret of +34600000012 is over."}


def test_read_errors_reads_every_entry_in_order():
    document = {"errors": [ENDED, {"code": "10004", "title": "Missing", "source": {"pointer": "/to"}}]}
    assert read_errors(document) == (
        ApiError("90018", "Call has already ended", "Leg v3:secret of +34600000012 is over.", None),
        ApiError("10004", "Missing", "", "/to"),
    )


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ({"code": 90018, "title": None}, ApiError("90018")),
        ({"title": "Odd\0"}, ApiError("", "Odd")),
        ({"code": True, "title": "x" * 501}, ApiError("", "x" * 500)),
        ({"code": "1", "source": {"parameter": "page[size]"}}, ApiError("1", pointer="page[size]")),
        ({"code": "1", "source": "/to"}, ApiError("1")),
    ],
)
def test_read_errors_makes_the_best_of_an_odd_entry(entry, error):
    assert read_errors({"errors": [entry]}) == (error,)


@pytest.mark.parametrize("document", [None, [], "html", {}, {"errors": {"status": "expired"}}, {"errors": ["x", 7]}])
def test_read_errors_finds_none_in_anything_else(document):
    assert read_errors(document) == ()


def test_refused_speaks_for_its_first_error():
    error = Refused(422, read_errors({"errors": [ENDED, {"code": "10004", "title": "Missing"}]}))
    assert error.status == 422
    assert error.code == "90018"
    assert error.title == "Call has already ended"
    assert error.pointer is None
    assert error.detail == "Leg v3:secret of +34600000012 is over."


def test_refused_without_errors_has_empty_ones():
    error = Refused(404)
    assert error.errors == ()
    assert error.code == ""
    assert error.title == ""
    assert error.detail == ""
    assert error.pointer is None


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Refused(422, read_errors({"errors": [ENDED]})), "The provider refused: HTTP 422 90018."),
        (Refused(404, [ApiError("+34600000012")]), "The provider refused: HTTP 404."),
        (RateLimited(7.0, sends=3), "The provider is being asked too much at once."),
        (Unavailable("timeout", sends=3), "No clear answer from the provider: timeout (sends: 3)."),
    ],
)
def test_errors_show_neither_legs_nor_numbers(error, text):
    assert (str(error), repr(error)) == (text, f"{type(error).__name__}({text!r})")


def test_api_error_shows_its_code_alone():
    assert repr(read_errors({"errors": [ENDED]})[0]) == "ApiError(code='90018')"


@pytest.mark.parametrize("kind", [Refused, RateLimited, Unavailable])
def test_every_error_derives_directly_from_telnyx_error(kind):
    assert kind.__mro__[1] is TelnyxError


@pytest.mark.parametrize(("sends", "status"), [(0, None), (1, 429), (3, 429)])
def test_rate_limit_has_a_status_only_after_a_request(sends, status):
    assert RateLimited(7.0, sends=sends).status == status
