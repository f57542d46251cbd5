"""A refusal may come with a 200, with numbers for codes, beside data, and with its cause in a D code."""

import pytest

from conferences.telnyx.commands import Dial, Join
from conferences.telnyx.errors import Refused, Unavailable, read_account_code
from conferences.telnyx.explanations.account_codes import ACCOUNT_CODES
from conferences.telnyx.explanations.sentences import explain

DIAL = Dial("+14155550111", "+14155550100", "app", "YQ==", "c1", 30)
CALL = {"call_control_id": "v3:new", "call_leg_id": "leg", "call_session_id": "session"}
D38 = "Connection has no Outbound Profile assigned D38. Connection has no Outbound Profile assigned."


def refusal(client):
    with pytest.raises(Refused) as caught:
        client.dial(DIAL)
    return caught.value


@pytest.mark.parametrize("status", [200, 201, 202, 400, 403, 422])
@pytest.mark.parametrize("data", [{}, {"data": CALL}, {"data": None}])
@pytest.mark.parametrize("code", ["10010", 10010])
def test_errors_are_a_refusal_whatever_stands_beside_them(client, provider, status, data, code):
    provider.says(status, {**data, "errors": [{"code": code, "detail": D38}]})
    error = refusal(client)
    assert error.status == status
    assert error.code == "10010"
    assert error.account_code == "D38"
    assert error.sends == 1


@pytest.mark.parametrize(
    "document",
    [
        {"data": CALL, "errors": []},
        {"data": CALL, "errors": None},
        {"data": CALL, "telnyx_error": None},
        {"data": CALL, "telnyx_error": {"error_code": None}},
        {"data": CALL, "telnyx_error": {}},
        {"data": CALL, "meta": {"errors": 1}},
    ],
)
def test_no_errors_are_no_refusal(client, provider, document):
    provider.says(200, document)
    assert client.dial(DIAL).call_control_id == "v3:new"


@pytest.mark.parametrize(
    "errors", [[{"code": "1"}], [{}], ["no"], {"status": "expired"}, [{"detail": "Account is disabled D17."}]]
)
def test_a_200_with_errors_of_any_shape_accepts_nothing(client, provider, errors):
    provider.says(200, {"data": {"result": "ok"}, "errors": errors})
    with pytest.raises(Refused) as caught:
        client.join("conf", Join("v3:own", "c1", "monitor"))
    assert (caught.value.status, len(provider.requests)) == (200, 1)


def test_read_answered_200_with_errors_is_a_refusal(client, provider):
    provider.says(200, {"data": [], "errors": [{"code": 10010, "title": "Authorization failed"}]})
    with pytest.raises(Refused):
        list(client.participants("conf"))


def test_a_500_with_errors_leaves_the_outcome_unknown(client, provider):
    provider.says(500, {"errors": [{"code": "10007", "detail": D38}]})
    with pytest.raises(Unavailable):
        client.dial(DIAL)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"telnyx_error": {"error_code": "D38"}}, "D38"),
        ({"telnyx_error": {"error_code": "d13"}}, "D13"),
        ({"telnyx_error": {"error_code": " D17 "}}, "D17"),
        ({"telnyx_error": {"error_code": 10010}, "errors": [{"detail": "Account is disabled D17"}]}, "D17"),
        ({"errors": [{"code": "D35"}]}, "D35"),
        ({"errors": [{"code": "10010", "title": "Country not allowed D13"}]}, "D13"),
        ({"errors": [{"code": "1"}, {"code": "2", "detail": "No profile (D38)"}]}, "D38"),
        ({"errors": [{"detail": "D9999: new"}], "telnyx_error": None}, "D9999"),
        ({"errors": [{"detail": "Room D is full; HD38 codec; D38x"}]}, ""),
        ({"errors": [{"detail": "d38 in lower case may be any word"}]}, ""),
        ({"telnyx_error": "D38"}, ""),
        ({"telnyx_error": {"error_code": ["D38"]}}, ""),
        ({}, ""),
        (None, ""),
        ([], ""),
    ],
)
def test_a_d_code_is_found_where_it_stands(document, code):
    assert read_account_code(document) == code


@pytest.mark.parametrize("one", ACCOUNT_CODES, ids=lambda one: one.code)
@pytest.mark.parametrize(
    ("status", "code"), [(403, "10010"), (422, 10010), (200, "10010"), (422, "10015"), (403, None)]
)
def test_administrator_reads_code_cause_and_what_to_check(client, provider, one, status, code):
    entry = {"detail": f"Something {one.code}"} | ({"code": code} if code else {})
    provider.says(status, {"errors": [entry]})
    explanation = explain(refusal(client))
    assert explanation.supervisor == one.supervisor
    name = f"{status}/{code}" if code else f"HTTP {status}"
    assert explanation.administrator == f"{name} {one.code}: {one.administrator}"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            {"code": "10010", "title": "Authorization failed", "detail": "Moon is not allowed D77"},
            "Moon is not allowed D77",
        ),
        ({"code": "10010", "detail": "Only D78"}, "Only D78"),
        ({"code": "77777", "detail": "Never seen D79"}, "Never seen D79"),
        ({"detail": "No code but D80"}, "No code but D80"),
    ],
)
def test_undescribed_d_code_is_shown_with_the_providers_words(client, provider, entry, words):
    provider.says(403, {"errors": [entry]})
    note = explain(refusal(client)).administrator
    assert words in note
    assert f" {words.split()[-1]}: " in note


def test_each_d_code_has_its_own_sentence_and_check():
    assert (
        len({one.supervisor for one in ACCOUNT_CODES}) == len(ACCOUNT_CODES) == len({one.code for one in ACCOUNT_CODES})
    )
    assert all("Check " in one.administrator and one.supervisor.endswith(".") for one in ACCOUNT_CODES)
    assert all(len(one.supervisor) <= 120 and one.code not in one.supervisor for one in ACCOUNT_CODES)
