"""Every kind that rows and code keep has a sentence for people; and a sentence is made when it is read, not before."""

from __future__ import annotations

import pytest
from django.utils import translation

from conferences.policy.entitlement import Withdrawn
from conferences.reconciliation.drift import Denial
from conferences.supervision.state_machine import answering, endings
from conferences.telnyx import unreached
from conferences.wording.corrections import correction_words
from conferences.wording.problems import PROBLEMS, problem_words
from conferences.wording.withdrawals import SENTENCES

KINDS = [*answering.Kind, *unreached.Kind, endings.CALL_ENDED, endings.CONFERENCE_OVER, *endings.OPEN]


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_of_ending_has_a_sentence(kind):
    assert problem_words(kind).endswith(".")


@pytest.mark.parametrize("kind", PROBLEMS)
def test_a_sentence_names_the_phone(kind):
    assert "{" not in problem_words(kind, "Desk phone")


def test_what_is_no_kind_has_no_sentence():
    assert problem_words("dancing") == ""


@pytest.mark.parametrize("why", Withdrawn)
def test_every_withdrawal_has_a_sentence(why):
    assert SENTENCES[why].endswith(".")


@pytest.mark.parametrize("kind", Denial)
def test_every_correction_says_of_whom(kind):
    assert correction_words("Ana", kind).startswith("Ana ")


def test_sentences_are_made_in_the_readers_language(settings, tmp_path):
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(catalogue({"Cancelled.": "Cancelado."}))
    settings.LOCALE_PATHS = [str(tmp_path)]
    with translation.override("es"):
        translated = problem_words("cancelled")
    assert (translated, problem_words("cancelled")) == ("Cancelado.", "Cancelled.")


def catalogue(messages: dict[str, str]) -> bytes:
    """The bytes of a compiled gettext catalogue."""
    pairs = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **messages}.items())
    texts = [[one.encode() for one in column] for column in zip(*pairs, strict=True)]
    start = 28 + 16 * len(pairs)
    index, data = b"", b""
    for column in texts:
        for text in column:
            index += len(text).to_bytes(4, "little") + (start + len(data)).to_bytes(4, "little")
            data += text + b"\0"
    header = (0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return b"".join(number.to_bytes(4, "little") for number in header) + index + data
