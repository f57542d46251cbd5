"""What is drawn of templates: one root that the pages have, ids that stand once, names that are text."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from conferences.models import Conference, Participant, Supervision
from dashboard.presenters import fragments
from dashboard.presenters.audience import audience_of
from dashboard.presenters.seen import call_for
from dashboard.templatetags.calls import KIND_ICONS, MODE_ICONS, STATE_ICONS, names
from tests.support.markup import on_one_line
from tests.support.story import ANA, LUIS, Story, browser

pytestmark = pytest.mark.slow

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
SCRIPTS = Path(settings.BASE_DIR, "static", "dashboard", "js")
STYLES = Path(settings.BASE_DIR, "static", "dashboard", "css")
VOID = {"input", "img", "br", "hr", "meta", "link", "use", "path", "circle", "rect"}
HOSTILE = "<script>alert(1)</script><b onclick='x'>\u202egnp.exe" + "x" * 10_000


class Outline(HTMLParser):
    """The roots, ids and tags of a piece of HTML, and the text of its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.roots: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.words: list[str] = []
        self._depth = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.handlers += [name for name in values if name.startswith("on") or name == "style"]
        self.roots += [values.get("id", tag)] if self._depth == 0 else []
        self._depth += tag not in VOID

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self._depth -= tag not in VOID

    def handle_endtag(self, tag):
        self._depth -= 1

    def handle_data(self, data):
        self.words.append(data.strip())
        if self._depth == 0 and data.strip():
            self.roots.append("text")


def call_of(user, conference):
    return call_for(audience_of(user), Conference.objects.with_people().get(pk=conference.pk))


def pushed(user, conference):
    """Every fragment that is pushed about a conference, by the id it is pushed to."""
    call = call_of(user, conference)
    return {
        f"conference-{call.pk}": fragments.row(call),
        f"detail-{call.pk}": fragments.detail(call),
        f"targets-{call.pk}": fragments.targets(call),
        "supervision": fragments.panel(user),
    }


@pytest.mark.parametrize("is_supervised", [False, True])
def test_each_pushed_fragment_has_one_root_with_its_id(story: Story, marta, is_supervised):
    _, conference = story.call(ANA, LUIS)
    if is_supervised:
        story.supervise(marta, conference, role="whisper", to=(ANA,))
    roots = {target: Outline(html).roots for target, html in pushed(marta, conference).items()}
    assert roots == {target: [target] for target in roots}


def test_a_call_that_has_ended_still_has_one_root(story: Story, marta):
    world, conference = story.call(ANA)
    for stay in list(world.participants):
        story.simulator.far_end_hangs_up(stay.leg)
    story.pass_time()
    roots = {target: Outline(html).roots for target, html in pushed(marta, conference).items()}
    assert roots == {target: [target] for target in roots}


@pytest.mark.parametrize("state", Supervision.State.values)
def test_the_supervision_has_one_root_in_every_state(story: Story, marta, state):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    Supervision.objects.filter(pk=mine.pk).update(state=state)
    assert Outline(fragments.panel(marta)).roots == ["supervision"]


@pytest.mark.parametrize(
    ("page", "targets"),
    [("/", "conference supervision"), ("/conferences/{}/", "detail supervision"),
     ("/conferences/{}/supervise/", "targets supervision")],
)  # fmt: skip
def test_what_is_pushed_finds_its_place_on_the_page(story: Story, marta, page, targets):
    _, conference = story.call(ANA)
    ids = Outline(browser(marta).get(page.format(conference.pk)).content.decode()).ids
    wanted = [one if one == "supervision" else f"{one}-{conference.pk}" for one in targets.split()]
    assert [one for one in wanted if one in ids] == wanted


@pytest.mark.parametrize("page", ["/", "/conferences/{}/", "/conferences/{}/supervise/"])
def test_no_id_stands_twice_on_a_page(story: Story, marta, page):
    _, conference = story.call(ANA, LUIS)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    counted = Counter(Outline(browser(marta).get(page.format(conference.pk)).content.decode()).ids)
    assert [one for one, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("page", ["/", "/conferences/{}/", "/conferences/{}/supervise/"])
def test_each_page_has_one_first_heading(story: Story, marta, page):
    _, conference = story.call(ANA)
    assert Outline(browser(marta).get(page.format(conference.pk)).content.decode()).tags.count("h1") == 1


def test_every_icon_is_in_the_sheet():
    text = "".join(path.read_text() for path in TEMPLATES)
    used = set(re.findall(r'{% icon "([\w-]+)"', text)) | {"circle-question-mark"}
    used |= {*MODE_ICONS.values(), *STATE_ICONS.values(), *KIND_ICONS.values()}
    sheet = Outline(render_to_string("dashboard/layout/_icons.html")).ids
    assert {f"icon-{one}" for one in used} == set(sheet) - {"icons"}


def test_every_script_is_fetched_ahead():
    ahead = re.findall(r"modulepreload\" href=\"{% static 'dashboard/js/(\w+)\.js'", page_text("layout/_scripts.html"))
    imported = {name for path in SCRIPTS.glob("*.js") for name in re.findall(r'"\./(\w+)\.js"', path.read_text())}
    assert sorted(ahead) == sorted(imported)


def test_style_sheets_are_linked_once_with_layer_order_first(story: Story, marta):
    linked = re.findall(r'href="/static/dashboard/css/(\w+)\.css"', browser(marta).get("/").content.decode())
    everywhere = {path.stem for path in STYLES.glob("*.css")} - {"wallboard"}  # a screen on a wall has its own
    assert (sorted(linked), linked[0]) == (sorted(everywhere), "tokens")


def page_text(name):
    return Path(settings.BASE_DIR, "templates", "dashboard", name).read_text()


def test_box_keeping_its_tick_is_identified_by_leg(story: Story, marta):
    """Without an id of its own, a person who joins would inherit the tick of the one who left."""
    _, conference = story.call(ANA, LUIS)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    html = on_one_line(fragments.targets(call_of(marta, conference)) + fragments.panel(marta))
    boxes = re.findall(
        r'id="(?:target|mine-whisper)-([^"]+)"[^<]*(?:<label>)?<input type="checkbox" [^>]*value="([^"]+)"', html
    )
    assert [leg == value for leg, value in boxes] == [True] * html.count("hx-morph-skip>")


@pytest.mark.parametrize("page", ["/", "/conferences/{}/", "/conferences/{}/supervise/"])
def test_a_hostile_name_is_text_and_nothing_else(story: Story, marta, page, directory):
    _, conference = story.call(ANA)
    before = Outline(browser(marta).get(page.format(conference.pk)).content.decode())
    Conference.objects.filter(pk=conference.pk).update(name=HOSTILE)
    directory.ana.name = HOSTILE[:120]
    directory.ana.save()
    after = Outline(browser(marta).get(page.format(conference.pk)).content.decode())
    assert after.tags == before.tags
    assert after.handlers == []
    assert HOSTILE in after.words


def test_hostile_name_is_isolated_from_surrounding_text_direction(story: Story, marta):
    _, conference = story.call(ANA)
    Conference.objects.filter(pk=conference.pk).update(name="\u202egnp.exe")
    rows = fragments.row(call_of(marta, conference)) + fragments.detail(call_of(marta, conference))
    assert re.findall(r"<(\w+)[^<]*>\u202egnp\.exe", rows) == ["bdi", "bdi"]


def test_unknown_mute_and_hold_are_not_claimed(story: Story, marta):
    _, conference = story.call(ANA)
    Participant.objects.update(muted=None, on_hold=None)
    unknown = fragments.row(call_of(marta, conference))
    Participant.objects.update(muted=True, on_hold=True)
    known = fragments.row(call_of(marta, conference))
    assert [(html.count('data-muted="unknown"'), html.count(">muted<")) for html in (unknown, known)] == [
        (2, 0),
        (0, 2),
    ]


@pytest.mark.parametrize(
    ("people", "written"),
    [
        ([], ""),
        (["Ana"], "<bdi>Ana</bdi>"),
        (["Ana", "Luis"], "<bdi>Ana</bdi> and <bdi>Luis</bdi>"),
        (["Ana", "<b>", "Chen"], "<bdi>Ana</bdi>, <bdi>&lt;b&gt;</bdi> and <bdi>Chen</bdi>"),
    ],
)
def test_names_are_written_one_after_another(people, written):
    assert names(people, last="and") == written


@pytest.mark.parametrize("name", ["500.html", "403_csrf.html"])
def test_an_error_page_needs_no_request(name):
    assert Outline(render_to_string(name)).tags.count("h1") == 1


def test_page_that_does_not_exist_says_so_in_words(marta):
    response = browser(marta).get("/nowhere/")
    assert (response.status_code, "There is nothing here" in Outline(response.content.decode()).words) == (404, True)


def test_page_that_is_not_allowed_says_so_in_words(marta):
    response = browser(marta).get("/audit/")
    assert (response.status_code, "You may not see this" in Outline(response.content.decode()).words) == (403, True)


def test_name_does_not_reverse_the_sentence_around_it(story: Story, marta, directory):
    directory.ana.name = "Ana \u202eziuR"
    directory.ana.save()
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    words = Outline(fragments.panel(marta)).words
    assert [one for one in words if "hears you." in one] == ["Only Ana ziuR hears you. +1 415-555-0171 does not."]
