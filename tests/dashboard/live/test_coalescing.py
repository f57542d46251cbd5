"""Those who ask at the same time are answered together, each with her own answer."""

from __future__ import annotations

import asyncio

import pytest

from dashboard.live.coalescing import Coalescer


def doubled(batches: list[list[int]]) -> Coalescer[int, int]:
    async def work(asked: list[int]) -> dict[int, int]:
        batches.append(asked)
        await asyncio.sleep(0.01)
        if 13 in asked:
            raise LookupError
        return {one: 2 * one for one in asked}

    return Coalescer(work)


def test_who_asks_meanwhile_is_the_next_batch():
    batches: list[list[int]] = []
    coalescer = doubled(batches)

    async def ask() -> list[int]:
        first = asyncio.create_task(coalescer.ask(1))
        await asyncio.sleep(0.005)  # that one is being worked on
        return [*await asyncio.gather(*(coalescer.ask(one) for one in (2, 3, 4))), await first]

    assert asyncio.run(ask()) == [4, 6, 8, 2]
    assert batches == [[1], [2, 3, 4]]


def test_a_batch_that_fails_leaves_the_next_alone():
    coalescer = doubled([])

    async def ask() -> int:
        with pytest.raises(LookupError):
            await coalescer.ask(13)
        return await coalescer.ask(1)

    assert asyncio.run(ask()) == 2


def test_one_who_goes_away_takes_nobody_along():
    coalescer = doubled([])

    async def ask() -> int:
        impatient, patient = asyncio.create_task(coalescer.ask(1)), asyncio.create_task(coalescer.ask(2))
        await asyncio.sleep(0.002)
        impatient.cancel()
        return await patient

    assert asyncio.run(ask()) == 4


def test_another_event_loop_begins_anew():
    batches: list[list[int]] = []
    coalescer = doubled(batches)

    async def give_up() -> None:
        task = asyncio.create_task(coalescer.ask(1))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(give_up())
    assert asyncio.run(coalescer.ask(2)) == 4
    assert batches[-1] == [2]
