"""The steps from nothing to a supervised call, in the order in which they are taken, each with whether it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from conferences.liveness import pulse
from conferences.models import Agent, Conference, Fact, Queue, Supervision, Supervisor, Team, TestCall
from conferences.policy import roles_of
from conferences.testcall.requests import last_result


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `url` is where it is taken, empty where that is not in the admin; `count` says how far it is."""

    name: str
    is_done: bool
    url: str
    count: str = ""


def steps() -> Iterator[Step]:
    """Yield the steps of setting up, as far as they are."""
    load = reverse("admin:load_directory")
    teams, queues = Team.objects.count(), Queue.objects.exclude(numbers=None).count()
    agents = Agent.objects.exclude(addresses=None).count()
    supervisors = len(list(_able()))
    yield Step("Teams", bool(teams), load, f"{teams}")
    yield Step("Queues with the numbers that callers dial", bool(queues), load, f"{queues}")
    yield Step("Agents with their addresses", bool(agents), load, f"{agents}")
    yield Step("Supervisors with team, phone and a mode", bool(supervisors), load, f"{supervisors}")
    heard = Fact.objects.filter(source=Fact.Source.WEBHOOK).exists()
    yield Step("Telnyx sends webhooks here", heard, reverse("admin:examination"))
    yield Step("manage.py reconcile runs", _reconciles(), reverse("admin:examination"))
    yield Step("A first call was seen", Conference.objects.exists(), reverse("board"))
    listened = Supervision.objects.exclude(joined_at=None).exists()
    yield Step("A supervisor was in a call", listened, reverse("board"))
    last = last_result()
    proved = last is not None and last.state == TestCall.State.PROVED
    yield Step("A test call proved who hears whom", proved, reverse("admin:test_call"))


def _able() -> Iterator[Supervisor]:
    rows = Supervisor.objects.filter(user__is_active=True).exclude(teams=None).exclude(devices=None).distinct()
    return (one for one in rows.select_related("user") if roles_of(one.user))


def _reconciles() -> bool:
    since = pulse.age(pulse.RECONCILER, timezone.now())
    return since is not None and since < pulse.DEAD_AFTER
