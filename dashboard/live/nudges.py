"""Nudges between processes, over the channel layer. Nothing is said by one, and losing one costs half a second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from channels.layers import get_channel_layer

from conferences.liveness import boundaries
from conferences.liveness.stores import LAYER_IS_AWAY

log = logging.getLogger(__name__)

GROUP: Final = "feed"
REJOIN: Final = 30.0  # the channel layer drops a group member after a day, and one that was slow for a minute


async def listen(hear: Callable[[], None]) -> None:
    """Call `hear` for each nudge, for ever."""
    layer = get_channel_layer()
    channel = await layer.new_channel("hub")
    while True:
        try:
            await layer.group_add(GROUP, channel)
            boundaries.CHANNEL_LAYER.went_well()
            async with asyncio.timeout(REJOIN):
                while True:
                    await layer.receive(channel)
                    hear()
        except TimeoutError:
            continue
        except LAYER_IS_AWAY as error:  # the hub looks by itself all the same
            boundaries.CHANNEL_LAYER.note(error)
            await asyncio.sleep(1)


async def tell_all() -> None:
    """Nudge the hubs of all processes, this one's among them."""
    try:
        await get_channel_layer().group_send(GROUP, {"type": "nudge"})
    except LAYER_IS_AWAY:
        log.warning("The channel layer is away; other processes will see the change a little later")
