"""The whole audit as an archive that verifies itself, for whoever may export it; on record before its first byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.decorators import permission_required
from django.db import connections
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conferences.audit import keeping
from conferences.audit.proof.export import archive
from dashboard.views.supervisor_request import SupervisorRequest


@require_POST
@permission_required("conferences.export_audit", raise_exception=True)
def export(request: SupervisorRequest) -> StreamingHttpResponse:
    """Everything, in full, whatever the reader may see on pages: that is what the right is for."""
    keeping.export_begins()
    name = f"audit-{timezone.localtime():%Y-%m-%d-%H%M%S}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_in_pieces(archive()), content_type="application/zip", headers=headers)


async def _in_pieces(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Made in a thread of its own: a million entries keep no other request waiting."""
    with ThreadPoolExecutor(1, thread_name_prefix="export") as pool:
        loop = asyncio.get_running_loop()
        try:
            while piece := await loop.run_in_executor(pool, next, pieces, b""):
                yield piece
        finally:
            await loop.run_in_executor(pool, connections.close_all)
