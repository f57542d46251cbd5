"""Sixty strings that somebody may have chosen, as every free text of every page: text, and nothing else."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page

from conferences.audit.proof import export
from conferences.models import Agent, AgentAddress, Conference, Leg, Participant, Queue, Supervisor
from tests.browser.support import Center
from tests.support.audit_trail import enter
from tests.support.hostile import HOSTILE, LONG
from tests.support.story import Directory

pytestmark = pytest.mark.slow

# What anything that ran, or asked for what the policy forbids, leaves behind.
WATCH: Final = "addEventListener('securitypolicyviolation', event => (window.forbidden ??= []).push(event.blockedURI))"
RAN: Final = "[typeof pwned, ...(window.forbidden ?? [])]"
WIDE: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a spreadsheet computes, unless an apostrophe stands before it; a number alone is one.
FORMULA: Final = re.compile(r"[=+\-@\t\r](?![\d.]*$)")


def plain(text: str) -> str:
    """As it is compared: no page shows a NUL, and white space may be any."""
    return " ".join(text.replace("\0", "").replace("\ufffd", "").split())


def lacking(page: Page, texts: Iterable[str]) -> list[str]:
    """The strings that the page does not show as they are, in some text, list of choices or field."""
    fields = "[...document.querySelectorAll('input, textarea')].map(one => one.value)"
    shown = plain(page.evaluate(f"[document.body.textContent, ...{fields}].join(' \\n ')"))
    return [one for one in texts if plain(one) not in shown]


@pytest.fixture
def rosa(cleo: User, directory: Directory) -> User:
    """An administrator who also supervises: nothing is hidden from her."""
    Supervisor.objects.create(user=cleo).teams.add(directory.support)
    return cleo


def fill(directory: Directory, rosa: User) -> list[object]:
    """Each string as the name of an agent, a queue, a caller and a call, and as a note and a reason."""
    now = timezone.now()
    for number, text in enumerate(HOSTILE):
        agent = Agent.objects.create(name=text, team=directory.support)
        AgentAddress.objects.create(agent=agent, address=f"sip:hostile{number}@agents.example")
        queue = Queue.objects.create(name=text, team=directory.support)
        call = Conference.objects.create(
            conference_id=f"hostile-{number:02}", name=text, queue=queue, state="completed", ended_at=now,
            first_seen_at=now - timedelta(minutes=5), last_event_at=now, verified_at=now, polled_at=now,
        )  # fmt: skip
        leg = Leg.objects.create(
            call_control_id=f"v3:hostile{number}", kind="customer", state="ended", from_address=text, ended_at=now

        )  # fmt: skip
        Participant.objects.create(conference=call, leg=leg, state="left", joined_at=now, left_at=now)
        enter(at=now, phase="outcome", action="join", result="ok", actor=rosa, actor_name=text, note=text,
              conference=call, conference_name=text, provider_text=text)  # fmt: skip
    return list(Conference.objects.order_by("conference_id").values_list("pk", flat=True))


def walk(page: Page, path: str, texts: Iterable[str]) -> None:
    """Whatever a page has of them stands there as it is, runs nothing, and keeps the page within its width."""
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert lacking(page, texts) == [], path
        assert page.evaluate(RAN) == ["undefined"], path
        assert page.evaluate(WIDE) <= 0, (path, width)


def test_sixty_hostile_strings_are_text_everywhere(
    center: Center, open_page: Callable[..., Page], directory: Directory, rosa: User, tmp_path: Path
):
    calls = fill(directory, rosa)
    page: Any = open_page("cleo", "/")
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: pytest.fail(f"A dialog: {dialog.message}"))
    for path in ("/", "/history/", "/agents/", "/audit/?view=actions"):
        walk(page, path, HOSTILE)
    for path in ("/admin/conferences/agent/", "/admin/conferences/queue/"):
        walk(page, path, HOSTILE)
    for number in (0, HOSTILE.index(LONG)):
        walk(page, f"/conferences/{calls[number]}/", [HOSTILE[number]])
    answer = page.request.get("/admin/directory/save/")
    export.write(tmp_path / "audit")
    for text in (answer.text().removeprefix("\ufeff"), (tmp_path / "audit" / "entries.csv").read_bytes().decode()):
        cells = {cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row}
        assert [one[:40] for one in cells if FORMULA.match(one)] == []
        assert [one[:40] for one in HOSTILE if not {one, f"'{one}", one.replace("\0", "")} & cells] == []
