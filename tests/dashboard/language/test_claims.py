"""What the screen said, on record in English, is read in another language as the screen would say it there."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from conferences.audibility import Party, reach
from conferences.wording import hearing
from conferences.wording.hearing import sentence
from conferences.wording.lists import listed
from dashboard.language.claims import translated_claim

KNOWN = st.sampled_from((True, False, None))
NAMES = ("Ana Ruiz", "Elena M.", "Ana Ruiz", "+34 ••12", "Supervisor")


def parties(number):
    whose = st.sampled_from(("agent", "customer", "supervisor"))
    return st.builds(
        Party, st.just(f"leg {number}"), st.just(NAMES[number]), whose, muted=KNOWN, on_hold=KNOWN, present=KNOWN,
        role=st.sampled_from(("monitor", "whisper", "barge", "none")), role_known=st.booleans(),
    )  # fmt: skip


PEOPLE = st.integers(0, len(NAMES)).flatmap(lambda most: st.tuples(*(parties(number) for number in range(most))))
YOU = st.builds(
    Party, st.just("you"), st.just("You"), st.just("supervisor"), muted=KNOWN, on_hold=KNOWN,
    role=st.sampled_from(("monitor", "whisper", "barge")),
    targets=st.frozensets(st.sampled_from([f"leg {number}" for number in range(len(NAMES))])),
)  # fmt: skip


@given(people=PEOPLE, you=YOU, running=KNOWN, later=st.booleans(), language=st.sampled_from(("es", "de")))
def test_a_claim_reads_as_the_screen_would_say(people, you, running, later, language):
    said = reach((*people, you), "you", running=running)
    with translation.override("en"):
        kept = sentence(said, you.role, later=later)
    with translation.override(language):
        assert translated_claim(kept) == sentence(said, you.role, later=later)


SAID_OF_NAMES = (*hearing.HEARS, *hearing.ONLY, *hearing.DEAF, hearing.DEAF_AFTER, hearing.MAY_HEAR)


@pytest.mark.parametrize("form", [*SAID_OF_NAMES, hearing.HELD_WILL, hearing.HELD_MAY], ids=lambda one: str(one % 2))
@pytest.mark.parametrize("names", [["Ana"], ["Ana", "Luis"]], ids=len)
@pytest.mark.parametrize("language", ["es", "de"])
def test_each_thing_said_of_names_is_known_again(form, names, language):
    def said(in_which):
        with translation.override(in_which):
            doubt = translation.gettext(next(iter(hearing.DOUBTS.values())))
            return str(form % len(names)).format(who=listed(names), why=doubt).rstrip(".") + "."

    with translation.override(language):
        assert translated_claim(said("en")) == said(language)


def test_brackets_of_a_name_are_no_doubt():
    kept = "Everyone may hear you, including Ana Ruiz (2 legs) (the provider does not show you as muted)."
    with translation.override("de"):
        said = translated_claim(kept)
    assert ("2 legs" in said, "(der Anbieter" in said) == (False, True)


@pytest.mark.parametrize("kept", ["", "Ana hears you, who knows.", "Nobody hears you. Or so it is said."])
def test_what_is_not_known_whole_stays(kept):
    with translation.override("de"):
        assert translated_claim(kept) == kept
