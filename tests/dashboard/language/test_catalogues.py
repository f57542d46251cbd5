"""Spanish and German are complete, with the same places, and compiled: `python -m tests.catalogues` does that."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo

from tests import catalogues
from tests.catalogues import LANGUAGES, is_translated, key_of, path_of, read

PLACES = re.compile(r"%\(\w+\)s|\{\w+\}|</?(?:bdi|b|kbd|code|span)\b")
PUNCTUATION = re.compile(r"[.:…?]$")


def strings(message: Message) -> list[str]:
    """The words of a message, in every number."""
    return [message.string] if isinstance(message.string, str) else list(message.string)


def originals(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_product_is_translated(language: str):
    catalog = {key_of(one): one for one in read(language) if one.id}
    assert set(catalogues.said()) == set(catalog)
    assert [one.id for one in catalog.values() if one.fuzzy or not is_translated(one)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_sentence(language: str):
    for message in read(language):
        wanted = [set(PLACES.findall(one)) for one in originals(message)]
        assert all(set(PLACES.findall(one)) in wanted for one in strings(message)), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_ends_as_its_sentence_does(language: str):
    for message in read(language):
        ends = {tuple(PUNCTUATION.findall(one)) for one in originals(message)}
        assert {tuple(PUNCTUATION.findall(one)) for one in strings(message)} <= ends, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_served_was_compiled_from_it(language: str):
    with path_of(language).with_suffix(".mo").open("rb") as file:
        served = {tuple(originals(one)): tuple(strings(one)) for one in read_mo(file)}
    assert served == {tuple(originals(one)): tuple(strings(one)) for one in read(language)} | {("",): served[("",)]}
