"""Writers of one process take turns: one at a time, nobody left out, and those first whom others wait for."""

from __future__ import annotations

import threading
import time
from functools import partial
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from conferences.ingest import feed
from conferences.liveness import turns as module
from conferences.liveness.turns import Turns, come_later, turn_to_write


def order_of(kinds: list[bool]) -> list[int]:
    """Who had the turn one after another, when these asked for it in this order while it was taken; True: later."""
    turns, had = Turns(), []

    def ask(number: int) -> None:
        with turns.one():
            had.append(number)

    asks = [partial(ask, number) for number in range(len(kinds))]
    works = [partial(come_later, one) if kind else one for one, kind in zip(asks, kinds, strict=True)]
    asking = [threading.Thread(target=one) for one in works]
    with turns.one():
        for count, one in enumerate(asking, 1):
            one.start()
            while sum(len(queue) for queue in turns._waiting.values()) < count:
                time.sleep(0.0005)
        assert had == []
    for one in asking:
        one.join(5)
    return had


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), max_size=12))
def test_turns_are_in_order_of_coming_and_shared(kinds: list[bool]):
    had = order_of(kinds)
    assert sorted(had) == list(range(len(kinds)))
    for kind in (False, True):
        assert [one for one in had if kinds[one] is kind] == [n for n, one in enumerate(kinds) if one is kind]
    both = 2 * min(kinds.count(True), kinds.count(False))
    assert all(kinds[a] is not kinds[b] for a, b in pairwise(had[:both]))


def test_never_two_have_the_turn_at_once():
    turns, under_way, most = Turns(), 0, 0

    def write() -> None:
        nonlocal under_way, most
        for _ in range(50):
            with turns.one():
                under_way += 1
                most = max(most, under_way)
                time.sleep(0.0001)
                under_way -= 1

    writers = [threading.Thread(target=write) for _ in range(6)]
    for one in writers:
        one.start()
    for one in writers:
        one.join(20)
    assert (most, turns._is_taken) == (1, False)


def test_a_turn_that_never_comes_is_not_waited_for():
    turns, went_on = Turns(longest_wait=0.01), []

    def write() -> None:
        with turns.one():
            went_on.append(1)

    with turns.one():
        impatient = threading.Thread(target=write)
        impatient.start()
        impatient.join(5)
        assert went_on == [1]
    with turns.one():  # and the turn was not passed on by whoever did not have it
        assert turns._is_taken


def test_a_turn_ends_with_an_exception():
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.one():
        raise ZeroDivisionError
    assert not turns._is_taken


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Turns:
    monkeypatch.setattr(module, "turns", Turns(longest_wait=0.01))
    module.turns._is_taken = True
    return module.turns


def waited(turns: Turns) -> bool:
    """Whether the next who asks waits for the turn."""
    asked = []
    turns._wait = lambda _later: asked.append(1) or False
    with turn_to_write():
        pass
    return bool(asked)


@pytest.mark.django_db(transaction=True)
def test_only_who_has_no_lock_yet_waits(taken: Turns):
    assert waited(taken)
    with transaction.atomic():
        assert not waited(taken)
    with feed.writing():
        assert not waited(taken)
