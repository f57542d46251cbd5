"""Pages that stay open for as long as a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from dashboard.live.hub import hub
from tests.support.page import Page


@pytest_asyncio.fixture
async def open_page() -> AsyncIterator[Callable[..., Any]]:
    pages: list[Page] = []

    async def open_one(user: User | None, query: str = "since=0") -> Page:
        pages.append(await sync_to_async(Page)(user, query))
        assert await pages[-1].open()
        return pages[-1]

    yield open_one
    for page in pages:
        await page.socket.disconnect()
    await hub.stop()
