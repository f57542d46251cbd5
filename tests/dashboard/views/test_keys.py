"""The keys that a user chooses: one to an action, none for two."""

from __future__ import annotations

import pytest

from conferences.models import ChosenKeys
from dashboard.presenters.board.shortcuts import ACTIONS, keys_of, usual
from tests.support.story import browser

pytestmark = pytest.mark.django_db


def test_no_two_usual_keys_are_the_same():
    assert len(set(usual().values())) == len(ACTIONS)


def test_chosen_keys_are_kept_for_their_user(marta, ben):
    browser(marta).post("/keys/", usual() | {"leave": "q", "fold": ""})
    assert ChosenKeys.objects.get().keys == {"leave": "q", "fold": ""}
    assert keys_of(marta) == usual() | {"leave": "q", "fold": ""}
    assert keys_of(ben) == usual()
    browser(marta).post("/keys/", {"usual": "1"})
    assert keys_of(marta) == usual()


@pytest.mark.parametrize("key", ["n", "qq", "\x07"])
def test_a_key_that_cannot_be_is_refused(marta, key):
    answer = browser(marta).post("/keys/", usual() | {"leave": key}, headers={"HX-Request": "true"})
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not ChosenKeys.objects.exists()


def test_a_usual_key_gives_way_to_a_chosen_one(marta):
    ChosenKeys.objects.create(user=marta, keys={"leave": "n", "long gone": "y"})  # n was free when she chose it
    assert (keys_of(marta)["leave"], keys_of(marta)["hop_next"]) == ("n", "")
