"""One address, one party: in every form in which the provider, a PBX or a person may write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conferences.addresses import InvalidAddress, canonical, default_region, is_withheld, normalise, spellings

NUMBER = "+14155550188"
OF_THE_NUMBER = [
    # ani_number_format and dnis_number_format: +E.164, E.164, national, both in one
    "+14155550188",
    "14155550188",
    "4155550188",
    "(415) 555-0188",
    "415-555-0188",
    "415.555.0188",
    "415 555 0188",
    "+1 (415) 555-0188",
    "1-415-555-0188",
    "+1.415.555.0188",
    "+1/415/555/0188",
    # prefixes
    "0014155550188",
    "00 1 415 555 0188",
    "01114155550188",
    "011 1 415 555 0188",
    # tel:
    "tel:+14155550188",
    "tel:+1-415-555-0188",
    "TEL:+14155550188;ext=",
    "tel:4155550188",
    "tel:5550188;phone-context=+1415",
    # as a SIP user at the provider, at a trunk's address, with plus anywhere
    "sip:+14155550188@sip.telnyx.com",
    "sip:14155550188@sip.telnyx.com:5060;transport=tls",
    "sips:4155550188@sip.telnyx.eu",
    "+14155550188@sip.telnyx.com",
    "14155550188@192.76.120.10:5060",
    "4155550188@10.0.0.5:5060",
    "+14155550188@pbx.example:5060",
    "sip:%2B14155550188@sip.telnyx.com",
    "sip:+14155550188;npdi;rn=+14155550000@sip.telnyx.com",
    "sip:+1-415-555-0188@h.example",
    "sip:4155550188@pbx.example.com;user=phone",
    "sip:4155550188@[2001:db8::7]:5060",
    # name-addr
    '"Ana Ruiz" <sip:+14155550188@sip.telnyx.com>',
    "Ana <tel:+14155550188>",
    "<sip:+14155550188@sip.telnyx.com>;tag=1928",
    '"+14155550188" <+14155550188@10.0.0.5>',
    '"sip:x@y" <sip:+14155550188@sip.telnyx.com;user=phone>;tag=a',
    # what is not seen
    "\u202a+14155550188\u202c",
    "+1\u00a0415\u00a0555\u00a00188",
    " +14155550188\t",
    "+1\u2011415\u2011555\u20110188",
    "＋１４１５５５５０１８８",
]
USER = "sip:gencredabc@sip.telnyx.com"
OF_THE_USER = [
    "sip:gencredABC@sip.telnyx.com",
    "SIP:GencredABC@SIP.Telnyx.COM:5060",
    "sips:gencredabc@sip.telnyx.com;transport=tls",
    "gencredABC@sip.telnyx.com",
    "gencredABC@sip.telnyx.com.",
    "sip:gencredABC:secret@sip.telnyx.com",
    "sip:gencredABC@sip.telnyx.com?X-a=b",
    '"Ana" <sip:gencredABC@sip.telnyx.com;ob>;expires=60',
    "sip:gencred%41BC@sip.telnyx.com",
]
OTHERS = {
    "1001": "sip:1001",
    "gencredABC": "sip:gencredabc",
    "gencredABC123": "sip:gencredabc123",
    "sip:1001": "sip:1001",
    "sip:1001@pbx.example.com": "sip:1001@pbx.example.com",
    "1001@10.0.0.5:5060": "sip:1001@10.0.0.5",
    "4155550188@pbx.example.com": "sip:4155550188@pbx.example.com",
    "ana.ruiz": "sip:ana.ruiz",
    "+34 600 000 001": "+34600000001",
    "34600000001": "+34600000001",
    "442079460191": "+442079460191",
    "sip:Ana@[2001:DB8::1]:5061": "sip:ana@[2001:db8::1]",
}
NOBODYS = [
    "",
    "ana",
    "Ana Ruiz",
    "ana@",
    "@example.com",
    "ana@example.com, luis@example.com",
    "sip:",
    "tel:",
    "+",
    "+999 600 000 001",
    "+34 600 000",
    "600 000 001",
    "5550188",
    "a b@c",
    "ana@exa mple.com",
    "<>",
    "sip:ana@example.com:port",
    "x" * 300,
]
WITHHELD = [
    "anonymous",
    "Anonymous",
    "Restricted",
    "RESTRICTED",
    "unavailable",
    "Unknown",
    "private",
    "sip:anonymous@anonymous.invalid",
    '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=9',
    "anonymous@sip.telnyx.com",
    "sip:x@anonymous.invalid",
    "Blocked",
    "sip:restricted@10.0.0.5:5060",
    "No Caller ID",
]


@pytest.mark.parametrize("written", OF_THE_NUMBER)
def test_every_spelling_of_a_number_is_that_number(written):
    assert normalise(written) == NUMBER
    assert canonical(written) == NUMBER
    assert spellings(written) == (NUMBER,)


@pytest.mark.parametrize("written", OF_THE_USER)
def test_every_spelling_of_a_sip_user_is_that_user(written):
    assert (normalise(written), spellings(written)) == (USER, (USER, "sip:gencredabc"))


@pytest.mark.parametrize(("written", "party"), OTHERS.items())
def test_other_parties_have_one_canonical_form_too(written, party):
    assert (normalise(written), canonical(written)) == (party, party)


@pytest.mark.parametrize("written", NOBODYS)
def test_what_is_nobodys_form_is_refused(written):
    with pytest.raises(InvalidAddress):
        normalise(written)


@pytest.mark.parametrize("written", WITHHELD)
def test_a_withheld_number_is_nobodys_address(written):
    assert (is_withheld(written), spellings(written)) == (True, ())
    with pytest.raises(InvalidAddress, match="nobody's address"):
        normalise(written)


@pytest.mark.parametrize("written", ["+14155550188", "sip:ana@example.com", "", "sip:anonymous.bosch@example.com"])
def test_a_shown_address_is_not_withheld(written):
    assert not is_withheld(written)


def test_a_national_number_at_a_pbx_is_that_number():
    assert spellings("4155550188@pbx.example.com") == ("sip:4155550188@pbx.example.com", NUMBER)


@pytest.mark.parametrize(
    ("configured", "caller_id", "region", "read"),
    [
        ("US", "+34910000000", "US", ("4155550188", "+14155550188")),
        ("", "+34910000000", "ES", ("600 000 001", "+34600000001")),
        ("es", "+14155550100", "ES", ("910 000 001", "+34910000001")),
        ("GB", "", "GB", ("020 7946 0191", "+442079460191")),
        ("", "", "US", ("4155550188", "+14155550188")),
        ("", "nonsense", "US", ("4155550188", "+14155550188")),
        ("XX", "+4930123456", "DE", ("030 123456", "+4930123456")),
        ("GB", "", "GB", ("00 1 415 555 0188", "+14155550188")),
        ("GB", "", "GB", ("+1 415 555 0188", "+14155550188")),
    ],
)
def test_a_number_without_country_code_follows_the_region(settings, configured, caller_id, region, read):
    settings.DEFAULT_REGION, settings.TELNYX_CALLER_ID = configured, caller_id
    assert (default_region(), normalise(read[0])) == (region, read[1])


WAYS = (
    "{e164}",
    "{bare}",
    "{national}",
    "00{bare}",
    "011{bare}",
    "tel:{e164}",
    "sip:{e164}@sip.telnyx.com",
    "sip:{bare}@sip.telnyx.com",
    "{national}@10.1.2.3:5060",
    "{e164}@any.example:5080",
    '"Somebody" <sip:{e164}@x.example>',
    "sip:{national}@x.example;user=phone",
)
us_numbers = st.builds(
    "{}{}{:04}".format,
    st.sampled_from(["415", "212", "650", "305"]),
    st.sampled_from(["555", "234", "987"]),
    st.integers(0, 9999),
)


@given(us_numbers, st.sampled_from(WAYS), st.sampled_from(WAYS))
def test_two_ways_of_writing_one_number_meet(national, one, other):
    names = {"e164": f"+1{national}", "bare": f"1{national}", "national": national}
    assert canonical(one.format(**names)) == canonical(other.format(**names)) == names["e164"]


@given(us_numbers, us_numbers, st.sampled_from(WAYS), st.sampled_from(WAYS))
def test_two_numbers_never_meet(first, second, one, other):
    def named(number):
        return {"e164": f"+1{number}", "bare": f"1{number}", "national": number}

    met = bool(set(spellings(one.format(**named(first)))) & set(spellings(other.format(**named(second)))))
    assert met == (first == second)


@given(st.text(max_size=60))
def test_any_text_is_either_read_or_refused(text):
    for found in spellings(text):
        assert found.startswith(("+", "sip:"))
