"""While she is in one call, the pages of another are of that other: her bar alone tells of hers."""

from __future__ import annotations

import re

import pytest

from tests.support.markup import on_one_line
from tests.support.story import ANA, LUIS, Story, browser


@pytest.fixture
def calls(story: Story, marta):
    """The call that she is in, and another."""
    (_, hers), (_, other) = story.call(ANA), story.call(LUIS)
    story.supervise(marta, hers)
    return hers, other


def parts(user, path: str) -> tuple[str, str]:
    """The page's main part, and the bar."""
    page = on_one_line(browser(user).get(path).content.decode())
    main = page.partition('<main id="main"')[2].partition("</main>")[0]
    bar = page.partition('<section id="supervision"')[2].partition("</section>")[0]
    return main, bar


@pytest.mark.parametrize("which", [0, 1], ids=["hers", "another"])
def test_a_calls_page_is_of_that_call(marta, calls, which):
    call = calls[which]
    main, bar = parts(marta, f"/conferences/{call.pk}/")
    assert f'id="detail-{call.pk}"' in main
    assert set(re.findall(r'data-conference="([^"]+)"', main)) == {call.conference_id}
    assert f"/conferences/{calls[0].pk}/" in bar


@pytest.mark.parametrize("which", [0, 1], ids=["hers", "another"])
def test_form_is_posted_to_the_call_that_opened_it(marta, calls, which):
    call = calls[which]
    main, bar = parts(marta, f"/conferences/{call.pk}/supervise/")
    assert set(re.findall(r"/conferences/([0-9a-f-]{36})/(?:supervise|hop)/", main)) == {str(call.pk)}
    assert f"/conferences/{calls[0].pk}/" in bar


@pytest.mark.parametrize("path", ["/", "/agents/"])
def test_every_list_has_her_bar(marta, calls, path):
    main, bar = parts(marta, path)
    assert "Luis Ortega" in main
    assert f"/conferences/{calls[0].pk}/" in bar


def test_page_that_confirms_a_barge_has_her_bar(marta, calls):
    mine = marta.supervisions.get()
    asked = {"role": "barge", "guard": "barge"}
    page = browser(marta).post(f"/supervisions/{mine.pk}/change/", asked).content.decode()
    assert "Barge in on" in page
    assert f"/supervisions/{mine.pk}/leave/" in page


def test_the_audit_page_has_her_bar(marta, calls, django_user_model):
    marta.is_superuser = True
    marta.save()
    _, bar = parts(marta, "/audit/")
    assert f"/conferences/{calls[0].pk}/" in bar
