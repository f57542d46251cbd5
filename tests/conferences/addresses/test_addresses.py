"""One spelling for each number and SIP address, and as little of them as a reader may see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conferences.addresses import (
    InvalidAddress,
    mask_numbers,
    masked,
    normalise,
    readable,
    searchable,
    spellings,
)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("+34 600 000 001", "+34600000001"),
        (" +34-600.000/001 ", "+34600000001"),
        ("+1 (415) 555-0121", "+14155550121"),
        ("tel:+34600000001", "+34600000001"),
        ("+39 06 1234 5678", "+390612345678"),
        ("sip:Ana@Example.com", "sip:ana@example.com"),
        ("SIPS:ana@example.com;transport=tls?x=1", "sip:ana@example.com"),
        ("ana@example.com", "sip:ana@example.com"),
        ("sip:Ana", "sip:ana"),
    ],
)
def test_an_address_has_one_normal_spelling(typed, normal):
    assert normalise(typed) == normal


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("", "Write a telephone number"),
        ("600 000 001", "This telephone number has too few"),
        ("ana", "Write a telephone number"),
        ("ana@example.com, luis@example.com", "Write a telephone number"),
        ("+999 600 000 001", "Write a telephone number"),
        ("+34 600 000", "This telephone number has too few or too many digits"),
        ("+34 600 000 001 234", "This telephone number has too few or too many digits"),
        ("+34 600 000 001 ext 5", "Leave the extension out"),
        ("+" + "1" * 255, "An address has at most 255 characters."),
    ],
)
def test_what_is_no_address_is_refused_in_words(typed, begins):
    with pytest.raises(InvalidAddress) as refused:
        normalise(typed)
    assert str(refused.value)[: len(begins)] == begins


@given(st.one_of(st.text(max_size=300), st.from_regex(r"(sips?:)?[a-z0-9+]{1,20}(@[a-z0-9.]{1,20})?", fullmatch=True)))
def test_a_normal_spelling_is_its_own(text):
    try:
        normal = normalise(text)
    except InvalidAddress:
        return
    assert normalise(normal) == normal


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("+34600000001", ("+34600000001",)),
        ("sip:Ana@sip.example.com:5060", ("sip:ana@sip.example.com", "sip:ana")),
        ("sip:ana", ("sip:ana",)),
        ("anonymous", ()),
        ("", ()),
    ],
)
def test_sip_users_are_looked_up_with_and_without_host(sent, known):
    assert spellings(sent) == known


@pytest.mark.parametrize(
    ("typed", "inside"),
    [
        ("600 000", "600000"),
        ("0034 600-000", "+34600000"),
        ("+1 (415)", "+1415"),
        ("Ana@Example.com;x=1", "sip:ana@example.com"),
        ("sip:Ana", "sip:ana"),
        (" Ana Ruiz ", "Ana Ruiz"),
        ("", ""),
    ],
)
def test_a_search_looks_for_what_normal_forms_hold(typed, inside):
    assert searchable(typed) == inside


@pytest.mark.parametrize(
    ("address", "text"),
    [("+34600000001", "+34 600 00 00 01"), ("sip:ana@example.com", "ana@example.com"), ("+0", "+0"), ("", "")],
)
def test_an_address_is_written_as_people_write_it(address, text):
    assert readable(address) == text


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("+34600000012", "+34 ••• ••12"),
        ("+14155550171", "+1 ••• ••71"),
        ("34600000012", "••• ••12"),
        ("+000000012", "••• ••12"),
        ("sip:+34600000012@example.com", "SIP address"),
        ("anonymous", "Number withheld"),
        ("", ""),
    ],
)
def test_a_masked_address_keeps_country_and_last_two(address, text):
    assert masked(address) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Invalid 'to': +34 600 00 00 12.", "Invalid 'to': +34 ••• ••12."),
        ("call +1 (415) 555-0171 now", "call +1 ••• ••71 now"),
        ("from 34600000012 to sip:+34600000012@x", "from ••• ••12 to sip:+34 ••• ••12@x"),
        ("At 10:42:07 on 2026-11-22, code 90034, 12 s.", "At 10:42:07 on 2026-11-22, code 90034, 12 s."),
        ("v3:abc-0123456789-def", "v3:abc-0123456789-def"),
        ("", ""),
    ],
)
def test_only_phone_numbers_inside_a_text_are_masked(text, told):
    assert mask_numbers(text) == told


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True), st.text(alphabet="ab .,:", max_size=5))
def test_no_number_survives_masking(number, around):
    assert number not in mask_numbers(f"{around}{number}{around}")
