"""Our statement of the Join Conference contract: all of it is sent, all of it is answered, and it is the provider's."""

import json
import re
from pathlib import Path

import pytest

from conferences.telnyx.commands import BEEPS, REGIONS, ROLES, Join
from conferences.telnyx.errors import ApiError, Refused, read_errors
from conferences.telnyx.explanations.sentences import explain

HERE = Path(__file__).resolve()
CONTRACT = json.loads((HERE.parents[2] / "fixtures" / "telnyx" / "join_contract.json").read_text())
VENDOR = HERE.parents[3] / ".." / "shared" / "telnyx-openapi"

TYPES = {"string": str, "boolean": bool, "list of string": list}
MONITOR = {"call_control_id": "v3:own", "command_id": "c1", "supervisor_role": "monitor"}
WHISPER = {"supervisor_role": "whisper", "whisper_call_control_ids": ("v3:ana", "v3:luis")}
COMPANIONS = {  # what else a value needs to be a command at all
    "whisper_call_control_ids": WHISPER,
    "hold_audio_url": {"hold": True},
    "hold_media_name": {"hold": True},
}
VALUES = {"string": ["plain"], "boolean": [True, False], "list of string": [("v3:ana", "v3:luis")]}
SAMPLES = {"hold_audio_url": ["https://media.example.com/wait.mp3"], "client_state": ["aGVsbG8="]}


def values_of(name, field):
    return field.get("values") or SAMPLES.get(name) or VALUES[field["type"]]


FIELDS = [(name, value) for name, field in CONTRACT["fields"].items() for value in values_of(name, field)]


def joined(name, value):
    companions = WHISPER if value == "whisper" else COMPANIONS.get(name, {})
    return Join(
        **{"call_control_id": "v3:own", "command_id": "c1", "supervisor_role": "monitor"} | companions | {name: value}
    )


def problems(body):
    """What the contract says against a body: the smallest validator that knows types, values and what is required."""
    for name in CONTRACT["required"]:
        if name not in body:
            yield f"{name} is missing"
    for name, value in body.items():
        field = CONTRACT["fields"].get(name)
        if field is None or type(value) is not TYPES[field["type"]] or value not in field.get("values", [value]):
            yield f"{name} may not be {value!r}"


@pytest.mark.parametrize(("name", "value"), FIELDS)
def test_every_field_is_sent_with_every_value(client, provider, name, value):
    provider.says(CONTRACT["success"]["status"], {"data": CONTRACT["success"]["data"]})
    assert client.join("conf", joined(name, value)).data == CONTRACT["success"]["data"]
    sent = provider.bodies[0]
    assert list(problems(sent)) == []
    assert sent.get(name, False) == (list(value) if isinstance(value, tuple) else value)


def test_the_validator_finds_what_is_wrong():
    assert list(problems({"supervisor_role": "listen", "mute": "yes", "colour": 1})) == [
        "call_control_id is missing",
        "supervisor_role may not be 'listen'",
        "mute may not be 'yes'",
        "colour may not be 1",
    ]


def test_our_enumerations_are_the_contracts():
    fields = CONTRACT["fields"]
    ours = {"supervisor_role": ROLES, "beep_enabled": BEEPS, "region": REGIONS}
    assert {name: list(values) for name, values in ours.items()} == {
        name: field["values"] for name, field in fields.items() if "values" in field
    }


def answer(case):
    """The provider's words for a case, in our own; the name conflict alone is told by its detail."""
    told = CONTRACT["refusals"][case]
    source = {"source": {"pointer": told["pointer"]}} if "pointer" in told else {}
    detail = {"detail": "A conference of this name already exists."} if case == "conference_name_conflict" else {}
    return {"errors": [{"code": told["code"], "title": told["title"]} | source | detail]}


@pytest.mark.parametrize("case", CONTRACT["refusals"])
def test_every_documented_refusal_has_its_sentences(client, provider, case):
    told = CONTRACT["refusals"][case]
    provider.says(told["status"], answer(case))
    with pytest.raises(Refused) as caught:
        client.join("conf", joined("supervisor_role", "monitor"))
    explanation = explain(caught.value)
    assert explanation.administrator.startswith(f"{told['status']}/{told['code']}: ")
    assert "It says" not in explanation.supervisor
    assert explanation.field == (told["pointer"].removeprefix("/") if "pointer" in told else None)


def test_every_documented_refusal_reads_differently():
    cases = CONTRACT["refusals"]
    told = {explain(Refused(cases[case]["status"], read_errors(answer(case)))).supervisor for case in cases}
    assert len(told) == len(cases) == 20


needs_vendor = pytest.mark.skipif(not VENDOR.is_dir(), reason="the vendor's schema is not beside this checkout")


@pytest.fixture(scope="module")
def vendor():
    return json.loads((VENDOR / "join-conference-seed.openapi.json").read_text())


def vendor_field(schema, vendor):
    if "$ref" in schema:
        schema = vendor["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    kind = f"list of {schema['items']['type']}" if schema["type"] == "array" else schema["type"]
    return {"type": kind} | ({"values": schema["enum"]} if "enum" in schema else {})


def vendor_refusal(status, error):
    pointer = {"pointer": error["source"]["pointer"]} if "source" in error else {}
    return {"status": status, "code": error["code"], "title": error["title"]} | pointer


@needs_vendor
def test_our_fields_are_the_vendors(vendor):
    schema = vendor["components"]["schemas"]["JoinConferenceRequest"]
    fields = {name: vendor_field(field, vendor) for name, field in schema["properties"].items()}
    assert (CONTRACT["required"], CONTRACT["fields"]) == (schema["required"], fields)


@needs_vendor
def test_our_refusals_are_the_vendors(vendor):
    responses = vendor["components"]["responses"]
    unauthorized = responses["UnauthorizedResponse"]["content"]["application/json"]["example"]
    cases = responses["UnprocessableEntityResponse"]["content"]["application/json"]["examples"]
    theirs = {name: vendor_refusal(422, case["value"]["errors"][0]) for name, case in cases.items()}
    assert CONTRACT["refusals"] == {"unauthorized": vendor_refusal(401, unauthorized["errors"][0])} | theirs


@needs_vendor
def test_our_path_and_statuses_are_the_vendors(vendor):
    assert list(vendor["paths"]) == [CONTRACT["path"]]
    operation = vendor["paths"][CONTRACT["path"]][CONTRACT["method"].lower()]
    ours = {case["status"] for case in CONTRACT["refusals"].values()} | {CONTRACT["success"]["status"]}
    assert {int(status) for status in operation["responses"]} == ours
    assert vendor["components"]["schemas"]["ConferenceCommandResult"]["example"] == CONTRACT["success"]["data"]


@needs_vendor
def test_every_error_code_of_the_vendors_has_its_sentences():
    codes = json.loads((VENDOR / "error-codes.json").read_text())["codes"]
    unknown = [
        (entry["code"], title)
        for entry in codes
        for title in re.split(r" / | vs ", entry["meaning"])
        if "It says" in explain(Refused(entry["http_status"] or 400, [ApiError(entry["code"], title)])).supervisor
    ]
    assert (bool(codes), unknown) == (True, [])
