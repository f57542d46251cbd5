"""What is said of the same again and again is put into words once for each language."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple

from django.utils.translation import get_language

Arguments = TypeVarTuple("Arguments")
T = TypeVar("T")

MOST = 4096


def by_language(work: Callable[[*Arguments], T]) -> Callable[[*Arguments], T]:
    """Have answers remembered by their arguments, all hashable, and by the language in force.

    For functions of these alone, whose answers nobody changes.
    """

    @lru_cache(maxsize=MOST)
    def answer(_: str | None, arguments: tuple[*Arguments]) -> T:
        return work(*arguments)

    @wraps(work)
    def ask(*arguments: *Arguments) -> T:
        return answer(get_language(), arguments)

    return ask
