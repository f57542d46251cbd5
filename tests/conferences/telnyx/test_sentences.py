"""Everybody gets a sentence for their failure: the supervisor a kind one, the administrator a useful one."""

import re

import pytest

from conferences.telnyx.errors import ApiError, RateLimited, Refused, TelnyxError, Unavailable
from conferences.telnyx.explanations.sentences import REFUSALS, Explanation, explain
from conferences.telnyx.rules import InvalidCommand

JARGON = re.compile(
    r"\b(API|HTTP|JSON|client_state|command_id|call_control_id|base64|422|leg|webhook|status|parameter|null)\b",
    re.IGNORECASE,
)


def refused(status, code, title="", detail="", pointer=None):
    return Refused(status, [ApiError(code, title, detail, pointer)])


def documented(row):
    return refused(int(row.status) if row.status.isdigit() else 400, row.code, row.says or "Any title")


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: f"{row.name} {row.says}".strip())
def test_every_known_refusal_is_explained_by_its_own_row(row):
    explanation = explain(documented(row))
    status = row.status if row.status.isdigit() else "400"
    administrator = row.administrator.replace("{field}", row.field or "a field")
    assert explanation == Explanation(row.supervisor, f"{status}/{row.code}: {administrator}", row.field, row.race)


@pytest.mark.parametrize("reader", ["supervisor", "administrator"])
def test_no_two_refusals_share_a_sentence(reader):
    sentences = [getattr(row, reader) for row in REFUSALS]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: f"{row.name} {row.says}".strip())
def test_a_supervisor_reads_short_plain_sentences(row):
    assert JARGON.findall(row.supervisor) == []
    assert len(row.supervisor) <= 120
    assert row.supervisor[0].isupper()
    assert row.supervisor.endswith(".")


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: f"{row.name} {row.says}".strip())
def test_an_administrator_reads_what_to_check(row):
    assert re.search(r"\bcheck\b|\bCompare\b", row.administrator, re.IGNORECASE)


def test_the_races_are_the_ordinary_ones():
    assert {row.code for row in REFUSALS if row.race} == {"90018", "90019", "90034"}


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (refused(422, "90018"), "Your phone has just hung up."),
        (refused(422, "90019"), "The conference has just ended."),
        (refused(422, "90034"), "This phone has not been answered yet. Answer it, then try again."),
        (refused(422, "90032"), "This conference is full: nobody else can join it now."),
        (refused(401, "10009"), "Telnyx does not accept our key. Your administrator has to mend this."),
        (Refused(401), "Telnyx did not let us in. Your administrator has to mend this."),
        (
            Unavailable("timeout", sends=3),
            "There is no answer from the provider; the outcome is unknown. The screen will show it as soon as we know.",
        ),
        (
            Unavailable("connection refused", sends=3, reached=False),
            "The phone provider could not be reached. Nothing was done; please try again.",
        ),
        (RateLimited(6.6), "We are asking the phone provider too much at once. Please wait 7 s and try again."),
        (RateLimited(0.1), "We are asking the phone provider too much at once. Please wait 1 s and try again."),
        (RateLimited(), "We are asking the phone provider too much at once. Please wait a moment and try again."),
        (InvalidCommand("region", "It must be one of: US."), "It must be one of: US."),
        (TelnyxError("odd"), "Something went wrong. Please tell your administrator."),
    ],
)
def test_a_supervisor_reads_what_happened(error, sentence):
    assert explain(error).supervisor == sentence


def test_a_deed_begins_the_supervisors_sentence_alone():
    with_deed, without = explain(refused(422, "90018"), action="whisper"), explain(refused(422, "90018"))
    assert with_deed.supervisor == "Whisper: Your phone has just hung up."
    assert (with_deed.administrator, with_deed.race) == (without.administrator, True)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (refused(429, "10011", "Too many requests"), "busy"),
        (refused(422, "10011", "Media encryption not supported for PSTN calls"), "encryption"),
        (refused(422, "90033", "Unable to execute command", "Conference with given name already exists"), "going on"),
        (refused(422, "90033", "Unable to execute command", "Conference has no active participants"), "Nobody"),
        (refused(404, "10007", "Resource not found"), "cannot find"),
        (refused(404, "10007", "Unexpected error"), "Something went wrong"),
        (refused(500, "10007", "Unexpected error"), "Something went wrong"),
        (refused(404, "10005", "Resource not found"), "no longer knows"),
        (refused(404, "10005", "Audio file not found"), "hold music"),
        (refused(404, "10005", "Recording not found"), "recording"),
        (refused(422, "10015", "Invalid value for connection_id (Call Control App ID)"), "Your phone cannot be called"),
        (refused(422, "10015", "Bad Request"), "make sense"),
        (refused(422, "90058", "Invalid conference_id"), "does not exist any more"),
        (refused(409, "90018"), "just hung up"),
    ],
)
def test_one_code_with_two_meanings_is_told_apart(error, meaning):
    assert meaning in explain(error).supervisor


@pytest.mark.parametrize(("status", "code"), [(422, "90033"), (404, "10005"), (422, "10015"), (400, "10011")])
def test_a_code_of_several_meanings_is_not_guessed_at(status, code):
    assert explain(refused(status, code, "New")).supervisor.endswith(" It says: New.")


def test_an_unknown_code_is_shown_with_title_and_detail():
    explanation = explain(refused(422, "99999", "Moon is full.", "Wait for it to wane.", "/moon"))
    assert explanation == Explanation(
        "The phone provider refused this. It says: Moon is full. Wait for it to wane.",
        "422/99999: Moon is full. Wait for it to wane. Please check the provider's page of error codes for it, "
        "and the command in the audit.",
        "moon",
    )


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_refusal_without_words_is_explained_by_its_status(status):
    explanation = explain(Refused(status))
    assert explanation.administrator.startswith(f"HTTP {status}: check ")
    assert "It says" not in explanation.supervisor


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/to", "to"),
        ("/whisper_call_control_ids/0", "whisper_call_control_ids"),
        ("/a~1b~0c", "a/b~c"),
        ("page[size]", "page[size]"),
        ("", None),
        (None, None),
    ],
)
def test_the_pointer_names_the_field(pointer, field):
    explanation = explain(refused(422, "10004", pointer=pointer))
    assert explanation.field == field
    assert explanation.administrator.startswith(f"422/10004: {field or 'a field'} is missing")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            Unavailable("HTTP 502", sends=3, status=502),
            (
                "HTTP 502 after 3 sends. Check the network and the provider's status page; "
                "the next read-back of the conference settles what was done."
            ),
        ),
        (
            Unavailable("host not found", sends=3, reached=False),
            "host not found after 3 sends. Check the network and the provider's status page.",
        ),
        (
            RateLimited(2, sends=3),
            "429 after 3 sends: the account's rate limit is reached. Check what else uses this key.",
        ),
    ],
)
def test_an_administrator_reads_what_happened(error, sentence):
    assert explain(error).administrator == sentence
