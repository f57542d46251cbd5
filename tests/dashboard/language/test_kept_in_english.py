"""What is kept is kept in English, whoever asked for it, and put into the reader's words when it is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.utils import translation

from conferences.errors import NotPossible
from conferences.models import AuditEntry, HandOver, HelpRequest
from conferences.supervision.requests.handing_over import offering
from conferences.telnyx.rules import NOT_ON_HOLD
from conferences.wording.translated import WITH_PLACES, translated
from tests.support.story import ANA, Story, browser

ROOT = Path(__file__).resolve().parents[3]
KEPT = ("supervision/requests", "supervision/executor", "supervision/commands", "supervision/state_machine")
MODULES = [
    path
    for package in (*KEPT, "audit", "rights", "policy", "ingest", "retention", "testcall")
    for path in sorted((ROOT / "conferences" / package).rglob("*.py"))
]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_writes_translates_nothing(path):
    imported = re.findall(r"from django.utils.translation import (.+)", path.read_text())
    assert [one for one in imported if not re.match(r"gettext_(noop|lazy)\b", one)] == []


def test_a_refusal_is_kept_english_and_shown_spanish(story: Story, marta, ben):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    with translation.override("es"), pytest.raises(NotPossible) as refused:
        offering.offer(mine, ben)
    kept = "This colleague cannot take the call over now."
    assert AuditEntry.objects.get(action="hand_offer").note == kept
    with translation.override("es"):
        assert translated(refused.value.sentence) == "Esta persona no puede hacerse cargo de la llamada ahora."


@pytest.mark.words
def test_a_refused_option_is_read_in_ones_language(story: Story, marta):
    """Hold music without a hold: the sentence is the command's own, of a package that knows no languages."""
    _, conference = story.call(ANA)
    marta.user_permissions.add(Permission.objects.get(codename="override_join_policy"))
    form = {"role": "monitor", "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": "7" * 32}
    form |= {"otherwise": "on", "hold_media_name": "waltz", "beep_enabled": "never"}
    client = browser(marta)
    page = client.post(f"/conferences/{conference.pk}/supervise/", form, headers={"Accept-Language": "es"})
    assert "La música de espera solo suena para quien se pone en espera." in page.content.decode()
    assert AuditEntry.objects.get(action="join").note == NOT_ON_HOLD


@pytest.mark.words
def test_the_audit_quotes_the_screen_in_ones_language(story: Story, marta):
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    marta.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
    page = browser(marta).get("/audit/?show=everything", headers={"Accept-Language": "de"}).content.decode()
    assert "“Ana Ruiz hört Sie vielleicht (nicht bekannt, ob gehalten)." in page
    assert "“Ana Ruiz may hear you (not known whether on hold)." in page  # beside it, as it is on record


@pytest.mark.parametrize("form", WITH_PLACES)
def test_a_kept_sentence_is_known_again_by_its_places(form):
    places = re.findall(r"{(\w+)}", form)
    limited = {"time": "12:00", "seconds": "7", "count": "8", "facts": "9", "entries": "10", "day": "2026-11-30"}
    ours = {"way": "a SIP header", "help_end": "closed by a supervisor", "hand_end": "taken back"}
    limited |= {"digest": "abc123", **ours}
    filled = {place: limited.get(place, f"Ana {number}") for number, place in enumerate(places)}
    with translation.override("de"):
        said = translated(form.format(**filled))
        assert said != form.format(**filled)
        assert [place for place, one in filled.items() if (one in said) == (place in ours)] == []


def test_how_help_and_a_hand_over_ended_is_read():
    with translation.override("es"):
        assert translated("Ana: the agent left the call, 9 s after asking.").startswith(
            "Ana: el agente dejó la llamada"
        )
    ends = {one.label for one in (*HelpRequest.End, *HandOver.End)} | {one.label for one in HelpRequest.Way}
    with translation.override("de"):
        assert [one for one in ends if translated(one) == one] == []


def test_what_a_person_wrote_is_no_sentence_of_ours():
    with translation.override("de"):
        assert translated("The center's system. Until 12:00:00. Until tomorrow.") == (
            "Das System des Centers. Bis 12:00:00. Until tomorrow."
        )
