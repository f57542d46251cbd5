"""One call, two readers: each is pushed it in the language and by the clock of her own page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from dashboard.live import frames
from dashboard.live.connect import viewer_of
from tests.support.story import ANA, Story, make_supervisor

pytestmark = [pytest.mark.django_db, pytest.mark.words]
GERMAN, SPANISH = {"lang": "de", "zone": "Asia/Tokyo"}, {"lang": "es", "zone": "America/Bogota"}


def pushed(user: User, page: dict[str, str], **words: str) -> str:
    """What a page of that language is sent of everything that changed."""
    changes: Any = frames.changes_since(0)
    return str(json.loads(changes.frame(viewer_of(user, "", {**page, **words})))["content"])


def test_each_is_pushed_the_call_in_her_own_language(story: Story, marta, directory):
    pia = make_supervisor("pia", "Pia Sol", [directory.support], ["monitor_conference"])
    story.call(ANA)
    german, spanish = pushed(marta, GERMAN), pushed(pia, SPANISH)
    assert ("Im Gespräch" in german, "Hablando" in german) == (True, False)
    assert ("Im Gespräch" in spanish, "Hablando" in spanish) == (False, True)
    assert ("+09:00" in german, "-05:00" in german) == (True, False)
    assert ("+09:00" in spanish, "-05:00" in spanish) == (False, True)


def test_two_pages_of_one_user_differ(story: Story, marta):
    story.call(ANA)
    told = {lang: pushed(marta, {"lang": lang, "zone": "UTC"}) for lang in ("de", "es", "en")}
    assert [word in told["en"] for word in (">Talking<", ">Hablando<", ">Im Gespräch<")] == [True, False, False]
    assert [word in told["es"] for word in (">Talking<", ">Hablando<", ">Im Gespräch<")] == [False, True, False]
    assert [word in told["de"] for word in (">Talking<", ">Hablando<", ">Im Gespräch<")] == [False, False, True]


def test_her_own_bar_is_pushed_in_her_pages_language(story: Story, marta):
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    assert "Nur Ana Ruiz hört Sie." in pushed(marta, GERMAN)
    assert "Solo Ana Ruiz le oye." in pushed(marta, SPANISH)
