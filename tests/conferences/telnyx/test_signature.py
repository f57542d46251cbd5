"""A signed webhook passes, and anything else does not."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from conferences.telnyx.signature import InvalidSignature, load_public_keys, verify

NOW = 1_790_000_000
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
BODY = b'{"data": {"event_type": "call.answered"}}'


def signed(body=BODY, timestamp=str(NOW), key=KEY):
    signature = base64.b64encode(key.sign(timestamp.encode() + b"|" + body)).decode()
    return {"telnyx-signature-ed25519": signature, "telnyx-timestamp": timestamp}


def text_of(key):
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


PUBLIC_KEYS = (KEY.public_key(),)


def refused(body, headers, keys=PUBLIC_KEYS, now=NOW):
    with pytest.raises(InvalidSignature) as caught:
        verify(body, headers, keys, now)
    return str(caught.value) == str(InvalidSignature())


def test_verify_returns_the_index_of_the_key_that_signed():
    keys = (OTHER.public_key(), KEY.public_key())
    assert verify(BODY, signed(), keys, NOW) == 1
    assert verify(BODY, signed(key=OTHER), keys, NOW) == 0


def test_verify_takes_the_bytes_as_they_came():
    body = b'\xff{ "pretty":\r\n  "printed" }'
    assert verify(body, signed(body), PUBLIC_KEYS, NOW) == 0


@pytest.mark.parametrize("spell", [str.upper, str.title, str.lower])
def test_verify_finds_headers_whatever_their_case(spell):
    headers = {spell(name): value for name, value in signed().items()}
    assert verify(BODY, headers, PUBLIC_KEYS, NOW) == 0


@pytest.mark.parametrize("late", [-300, -299, 0, 299.5, 300])
def test_verify_accepts_a_timestamp_within_five_minutes(late):
    assert verify(BODY, signed(), PUBLIC_KEYS, NOW + late) == 0


@pytest.mark.parametrize("late", [-301, 301, 86_400, float("inf"), float("nan")])
def test_verify_refuses_a_timestamp_beyond_five_minutes(late):
    assert refused(BODY, signed(), now=NOW + late)


@pytest.mark.parametrize(
    "timestamp",
    ["", "0", f"{NOW}\n", f" {NOW}", f"+{NOW}", "1_790_0000", f"{NOW}.0", f"0{NOW}", "-790000000"]
    + ["".join(chr(zero + int(digit)) for digit in str(NOW)) for zero in (ord("٠"), ord("０"))],
)
def test_verify_refuses_a_timestamp_other_than_ten_plain_digits(timestamp):
    assert refused(BODY, signed(timestamp=timestamp))


@pytest.mark.parametrize("missing", ["telnyx-signature-ed25519", "telnyx-timestamp"])
def test_verify_refuses_a_request_without_a_header(missing):
    assert refused(BODY, {name: value for name, value in signed().items() if name != missing})


def test_verify_refuses_headers_that_differ_only_by_case():
    assert refused(BODY, signed() | {"Telnyx-Timestamp": str(NOW)})


def _variants(signature):
    raw = base64.b64decode(signature)
    return {
        "empty": "",
        "spaced": f" {signature}",
        "line end": f"{signature}\n",
        "unpadded": signature.rstrip("="),
        "padded twice": f"{signature}==",
        "url-safe": signature.replace("+", "-").replace("/", "_") + "-",
        "with rubbish": f"!!{signature}",
        "two values": f"{signature}, {signature}",
        "beyond ascii": f"é{signature}",
        "63 bytes": base64.b64encode(raw[:63]).decode(),
        "65 bytes": base64.b64encode(raw + b"x").decode(),
        "hex": raw.hex(),
        "other spare bits": signature[:-3] + chr(ord(signature[-3]) + 1) + "==",
    }


@pytest.mark.parametrize("spelling", _variants(signed()["telnyx-signature-ed25519"]))
def test_verify_refuses_every_other_spelling_of_a_signature(spelling):
    headers = signed()
    headers["telnyx-signature-ed25519"] = _variants(headers["telnyx-signature-ed25519"])[spelling]
    assert refused(BODY, headers)


def test_verify_refuses_another_key_and_no_key_at_all():
    assert refused(BODY, signed(key=OTHER))
    assert refused(BODY, signed(), keys=())


@given(st.binary(max_size=200))
def test_verify_accepts_any_signed_body(body):
    assert verify(body, signed(body), PUBLIC_KEYS, NOW) == 0


@given(st.integers(min_value=0, max_value=8 * len(BODY) - 1))
def test_verify_refuses_any_flipped_bit_of_the_body(bit):
    body = bytearray(BODY)
    body[bit // 8] ^= 1 << bit % 8
    assert refused(bytes(body), signed())


@given(st.sampled_from(sorted(signed())), st.data())
def test_verify_refuses_any_flipped_bit_of_a_header(name, data):
    headers = signed()
    value = bytearray(headers[name].encode("latin-1"))
    bit = data.draw(st.integers(min_value=0, max_value=8 * len(value) - 1))
    value[bit // 8] ^= 1 << bit % 8
    assert refused(BODY, headers | {name: value.decode("latin-1")})


@given(st.integers(min_value=0, max_value=255))
def test_verify_refuses_any_flipped_bit_of_the_key(bit):
    raw = bytearray(KEY.public_key().public_bytes_raw())
    raw[bit // 8] ^= 1 << bit % 8
    try:
        keys = load_public_keys(base64.b64encode(bytes(raw)).decode())
    except ValueError:
        keys = ()
    assert refused(BODY, signed(), keys=keys)


@given(st.text(), st.text(), st.binary(max_size=50))
def test_verify_raises_nothing_but_invalid_signature(signature, timestamp, body):
    assert refused(body, {"telnyx-signature-ed25519": signature, "telnyx-timestamp": timestamp})


def test_load_public_keys_reads_a_list_in_order():
    keys = load_public_keys(f" {text_of(OTHER)},\n{text_of(KEY)} ")
    assert [key.public_bytes_raw() for key in keys] == [k.public_key().public_bytes_raw() for k in (OTHER, KEY)]


SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_load_public_keys_refuses_a_point_open_to_forgery(point):
    with pytest.raises(ValueError, match=r"^Public key 1 is a point of small order: anyone could sign for it\.$"):
        load_public_keys(base64.b64encode(bytes.fromhex(point)).decode())


NO_POINT = base64.b64encode(bytes.fromhex("02" + "00" * 31)).decode()
NOT_CANONICAL = base64.b64encode(bytes.fromhex("ed" + "ff" * 30 + "7f")).decode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No public key is given; copy it from the provider's portal."),
        (" \n", "No public key is given; copy it from the provider's portal."),
        (f"{text_of(KEY)},", "Public key 2 is empty; look for a stray comma."),
        ("not base64!", "Public key 1 is not base64."),
        ("ключ", "Public key 1 is not base64."),
        (base64.b64encode(b"x" * 31).decode(), "Public key 1 decodes to 31 bytes instead of 32."),
        (f"{text_of(KEY)},{NO_POINT}", "Public key 2 is not a point of the Ed25519 curve."),
        (NOT_CANONICAL, "Public key 1 is not a point of the Ed25519 curve."),
    ],
)
def test_load_public_keys_names_what_is_wrong(text, sentence):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole sentence is compared
        load_public_keys(text)
    assert str(caught.value) == sentence
