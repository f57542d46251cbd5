"""A wish to supervise as a form would make it, and a provider that refuses it."""

from __future__ import annotations

import uuid

from conferences.supervision import requests


def ask(user, conference, **values):
    values.setdefault("role", "monitor")
    values.setdefault("device", None if "leg" in values else user.supervisor.devices.first())
    return requests.begin(user, conference, requests.Request(token=uuid.uuid4(), **values))


def refuse(story, action, code, title, status=422):
    body = {"errors": [{"code": code, "title": title, "detail": "As the provider words it."}]}
    story.simulator.faults.add("answer", path=f"/actions/{action}$", status=status, body=body)
