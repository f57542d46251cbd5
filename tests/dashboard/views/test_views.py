"""Pages and actions as a browser asks for them: who sees what, what bad input gets, one wish is one command."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conferences.models import AuditEntry, Conference, Leg, Supervision
from tests.support.markup import on_one_line
from tests.support.story import ANA, CHEN, CUSTOMER, LUIS, SALES_NUMBER, Story, browser

pytestmark = pytest.mark.slow


def form_for(user, **values):
    device = user.supervisor.devices.first()
    return {"role": "monitor", "my_leg": f"device:{device.pk}", "token": str(uuid.uuid4())} | values


def post(user, conference, form, **headers):
    return browser(user).post(f"/conferences/{conference.pk}/supervise/", form, headers=headers)


def test_only_an_invisible_conference_is_a_404(story: Story, marta, ben):
    _, conference = story.call(ANA)
    address = f"/conferences/{conference.pk}/"
    statuses = [browser(user).get(address).status_code for user in (marta, ben)]
    assert statuses == [200, 404]


def test_an_unknown_conference_is_a_404(marta):
    assert browser(marta).get(f"/conferences/{uuid.uuid4()}/").status_code == 404


@pytest.mark.parametrize("path", ["", "supervise/"])
def test_conference_out_of_scope_is_404_on_every_address(story: Story, ben, path):
    _, conference = story.call(ANA)
    client = browser(ben)
    address = f"/conferences/{conference.pk}/{path}"
    assert {client.get(address).status_code, client.post(f"/conferences/{conference.pk}/supervise/").status_code} == {
        404
    }


def test_team_agent_in_another_queue_makes_the_conference_visible(story: Story, marta, ben):
    story.call(ANA, CHEN)
    pages = [browser(user).get("/").content.decode() for user in (marta, ben)]
    assert ["Chen Wei" in page for page in pages] == [True, True]


def test_numbers_are_shown_by_permission(story: Story, marta, ben):
    story.call(ANA, CHEN)
    shown = ["+1 415-555-0171" in browser(user).get("/").content.decode() for user in (marta, ben)]
    assert shown == [True, False]


def test_only_permitted_modes_are_offered(story: Story, marta, ben):
    story.call(ANA, CHEN)
    offered = []
    for user in (marta, ben):
        page = browser(user).get("/").content.decode()
        offered.append([role for role in ("monitor", "whisper", "barge") if f"?role={role}" in page])
    assert offered == [["monitor", "whisper", "barge"], ["monitor"]]


def test_mode_without_permission_is_refused_in_words_and_audited(story: Story, ben):
    _, conference = story.call(ANA, CHEN)
    response = post(ben, conference, form_for(ben, role="barge"))
    assert "You may not barge; ask your administrator." in response.content.decode()
    denied = AuditEntry.objects.get(action="join")
    assert denied.result == "denied"
    assert denied.actor == ben
    assert denied.role == "barge"


def test_a_whisper_without_targets_is_refused_beside_its_field(story: Story, marta):
    _, conference = story.call(ANA)
    response = post(marta, conference, form_for(marta, role="whisper"))
    assert response.context["form"].errors["targets"] == ["Choose at least one agent to whisper to."]
    assert (Supervision.objects.count(), story.simulator.commands) == (0, [])


@pytest.mark.parametrize(
    ("phone", "sentence"),
    [("", "Choose the phone you want to use."), ("device:x", "That phone is no longer on a call you could use.")],
)
def test_all_that_is_missing_is_told_at_once(story: Story, marta, phone, sentence):
    _, conference = story.call(ANA)
    response = post(marta, conference, form_for(marta, role="whisper", my_leg=phone))
    missing = {"my_leg": [sentence], "targets": ["Choose at least one agent to whisper to."]}
    assert response.context["form"].errors == missing
    assert [(one.result, one.role) for one in AuditEntry.objects.filter(action="join")] == [("denied", "whisper")]


def test_missing_phone_does_not_hide_a_missing_right(story: Story, ben):
    _, conference = story.call(ANA, CHEN)
    response = post(ben, conference, form_for(ben, role="barge", my_leg="device:x"))
    assert sorted(response.context["form"].errors) == ["my_leg", "role"]


def test_a_refused_form_keeps_what_was_chosen(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    chosen = [story.leg(LUIS).call_control_id]
    mobile = marta.supervisor.devices.last()
    response = post(marta, conference, form_for(marta, role="whisper", targets=chosen, my_leg=f"device:{mobile.pk}x"))
    form = response.context["form"]
    assert (form["role"].value(), form.ticked) == ("whisper", chosen)
    assert form.errors == {"my_leg": ["That phone is no longer on a call you could use."]}


def test_a_customer_is_never_accepted_as_a_target(story: Story, marta):
    _, conference = story.call(ANA)
    response = post(marta, conference, form_for(marta, role="whisper", targets=[story.leg(CUSTOMER).call_control_id]))
    assert response.context["form"].errors["targets"] == ["A customer can never be whispered to."]


def test_target_that_left_while_choosing_is_refused_by_name(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    gone = story.leg(LUIS).call_control_id
    story.simulator.far_end_hangs_up(story.leg(LUIS))
    story.pass_time()
    response = post(marta, conference, form_for(marta, role="whisper", targets=[gone]))
    assert response.context["form"].errors["targets"] == ["Luis Ortega has left the call meanwhile."]


def test_conference_that_ended_while_choosing_says_so(story: Story, marta):
    world, conference = story.call(ANA)
    story.simulator.world.conferences.end_by_command(world)
    story.pass_time()
    page = post(marta, conference, form_for(marta)).content.decode()
    assert "This call has ended." in page
    assert 'href="/"' in page


@pytest.mark.parametrize("missing", ["role", "my_leg", "token"])
def test_a_missing_field_gets_a_sentence(story: Story, marta, missing):
    _, conference = story.call(ANA)
    form = form_for(marta)
    del form[missing]
    response = post(marta, conference, form)
    sentences = [sentence for errors in response.context["form"].errors.values() for sentence in errors]
    assert len(sentences) == 1
    assert sentences[0].endswith(".")


def test_the_same_form_twice_rings_the_phone_once(story: Story, marta):
    _, conference = story.call(ANA)
    form = form_for(marta)
    statuses = [post(marta, conference, form).status_code for _ in range(2)]
    assert (statuses, len(story.commands("/v2/calls"))) == ([302, 302], 1)


def test_second_tab_is_told_of_the_call_under_way(story: Story, marta):
    _, conference = story.call(ANA)
    post(marta, conference, form_for(marta))
    page = post(marta, conference, form_for(marta)).content.decode()
    assert "You are already supervising a call. Leave it first." in page
    assert len(story.commands("/v2/calls")) == 1


def test_htmx_from_the_forms_page_gets_a_followable_redirect(story: Story, marta):
    _, conference = story.call(ANA)
    response = post(marta, conference, form_for(marta), **{"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == f"/conferences/{conference.pk}/"


@pytest.mark.parametrize("page", ["/?queue=Helpdesk", "/", "/conferences/{}/"])
def test_who_asked_from_a_live_page_stays_on_it(story: Story, marta, page):
    """The bar is swapped in: neither place nor focus is lost to a reload."""
    _, conference = story.call(ANA)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page.format(conference.pk)}"}
    answer = post(marta, conference, form_for(marta), **headers)
    assert "HX-Redirect" not in answer.headers
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#supervision", "outerMorph")
    assert on_one_line(answer.content.decode()).startswith('<section id="supervision"')


def test_request_from_elsewhere_is_sent_to_the_calls_page(story: Story, marta):
    _, conference = story.call(ANA)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://evil.example/"}
    location = post(marta, conference, form_for(marta), **headers).headers["HX-Redirect"]
    assert location == f"/conferences/{conference.pk}/"


def test_htmx_is_given_the_form_alone(story: Story, marta):
    _, conference = story.call(ANA)
    address = f"/conferences/{conference.pk}/supervise/?role=whisper"
    pages = [browser(marta).get(address, headers=headers).content.decode() for headers in ({"HX-Request": "true"}, {})]
    assert ["<!doctype html>" in page.lower() for page in pages] == [False, True]


def test_expired_login_sends_the_whole_page_to_login(db):
    response = Client().get("/", headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == "/accounts/login/"


def test_another_users_supervision_is_a_404(story: Story, marta, ben):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    for action in ("change", "leave", "dismiss"):
        assert browser(ben).post(f"/supervisions/{mine.pk}/{action}/", {"role": "barge"}).status_code == 404
    assert Supervision.objects.get().is_active


def test_refused_change_is_told_audited_and_without_effect(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    response = browser(marta).post(
        f"/supervisions/{mine.pk}/change/", {"role": "whisper"}, headers={"HX-Request": "true"}
    )
    assert "Choose at least one agent to whisper to." in response.content.decode()
    assert story.commands("/actions/update") == []
    assert AuditEntry.objects.filter(result="denied", action="update").count() == 1


def test_leaving_twice_is_leaving_once(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    for _ in range(2):
        browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    assert len(story.commands("/actions/leave")) == len(story.commands("/actions/hangup")) == 1


@pytest.mark.parametrize("how", ["dismissed", "old"])
def test_an_ending_is_not_shown_for_ever(story: Story, marta, how):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    story.pass_time()
    before = browser(marta).get("/").content.decode()
    if how == "dismissed":
        browser(marta).post(f"/supervisions/{mine.pk}/dismiss/")
    else:
        story.wait(16 * 60)
    after = browser(marta).get("/").content.decode()
    assert ["The call goes on without you" in page for page in (before, after)] == [True, False]
    yesterday = timezone.localdate() - timedelta(days=1)  # it may have been a minute before midnight
    report = browser(marta).get("/reports/mine/", {"from_day": yesterday.isoformat()}).content.decode()
    assert f"/conferences/{conference.pk}/" in report


@pytest.mark.parametrize("method", ["get", "head"])
def test_deeds_are_posts(story: Story, marta, method):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    statuses = {
        getattr(browser(marta), method)(f"/supervisions/{mine.pk}/{action}/").status_code
        for action in ("change", "leave", "dismiss")
    }
    assert statuses == {405}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Ana Ruiz", "Luis Ortega"}),
        ("?q=ana", {"Ana Ruiz"}),
        ("?q=ANA+ruiz", {"Ana Ruiz"}),
        ("?q=nobody", set()),
        ("?queue=Helpdesk", {"Ana Ruiz", "Luis Ortega"}),
        ("?queue=New+business", set()),
        ("?state=Talking", {"Ana Ruiz", "Luis Ortega"}),
        ("?state=On+hold", set()),
        ("?supervised=1", {"Luis Ortega"}),
        ("?state=no-such-state&supervised=maybe", {"Ana Ruiz", "Luis Ortega"}),
    ],
)
def test_search_and_filters_live_in_the_address(story: Story, marta, query, shown):
    story.call(ANA)
    _, second = story.call(LUIS, customer="+14155550172")
    story.supervise(marta, second)
    page = browser(marta).get(f"/{query}").content.decode()
    rows = page.split('id="conferences"')[1].split('id="nothing"')[0]
    assert {name for name in ("Ana Ruiz", "Luis Ortega") if name in rows} == shown


@pytest.mark.parametrize(
    "typed", ["4155550171", "+14155550171", "0014155550171", "(415) 555-0171", "415 555 01", "5550171", "415.555.0171"]
)
def test_number_in_any_spelling_is_found_by_those_permitted(story: Story, marta, ben, typed):
    story.call(ANA, CHEN)
    found = ["Chen Wei" in browser(user).get("/", {"q": typed}).content.decode() for user in (marta, ben)]
    assert found == [True, False]


@pytest.mark.parametrize("typed", ["4155550199", "17", "555 0199", "+34", "999"])
def test_another_number_finds_nothing(story: Story, marta, typed):
    story.call(ANA)
    rows = browser(marta).get("/", {"q": typed}).content.decode().partition('id="conferences"')[2]
    assert ("<article" in rows.partition('id="nothing"')[0]) is (typed == "17")


def test_a_masked_number_cannot_be_searched_for(story: Story, marta, ben):
    story.call(CHEN, queue=SALES_NUMBER)
    marta.supervisor.teams.set(ben.supervisor.teams.all())
    found = ["Chen Wei" in browser(user).get("/?q=415-555-0171").content.decode() for user in (marta, ben)]
    assert found == [True, False]


def test_board_with_more_calls_takes_no_more_queries(story: Story, marta):
    client, asked = browser(marta), []
    client.get("/")
    for number, agent in enumerate((ANA, LUIS, CHEN), start=1):
        story.call(agent, customer=f"+1415555017{number}")
        client.get("/")  # what changed is loaded once, and kept
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/").content.decode()
        assert page.count("data-conference=") == number
        asked.append(len(queries))
    assert asked == [asked[0]] * 3


def test_others_see_on_the_row_who_supervises_and_how(story: Story, marta, ben):
    _, conference = story.call(ANA, CHEN)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    assert "Marta Gil whispers to Ana Ruiz" in browser(ben).get("/").content.decode()


def test_pages_are_not_kept_by_caches(marta):
    assert browser(marta).get("/").headers["Cache-Control"] == "no-store"


def test_the_policy_forbids_inline_script_and_style(marta):
    policy = browser(marta).get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_ended_conference_has_a_page_without_actions(story: Story, marta):
    world, conference = story.call(ANA)
    story.simulator.world.conferences.end_by_command(world)
    story.pass_time()
    page = browser(marta).get(f"/conferences/{conference.pk}/").content.decode()
    assert ("Ended" in page, "?role=" in page) == (True, False)
    assert Conference.objects.get().state == "completed"


def test_refusal_of_the_provider_stands_beside_its_field(story: Story, marta):
    _, conference = story.call(ANA)
    error = {"code": "10016", "title": "Phone number must be in +E164 format", "source": {"pointer": "/to"}}
    story.simulator.faults.add("answer", path="/v2/calls$", status=422, body={"errors": [error]})
    form = form_for(marta)
    response = post(marta, conference, form)
    shown = response.context["form"]
    assert list(shown.errors) == ["my_leg"]
    assert shown.errors["my_leg"][0].endswith(".")
    assert str(shown["token"].value()) != form["token"]


def test_after_a_refusal_the_same_page_can_try_again(story: Story, marta):
    _, conference = story.call(ANA)
    error = {"code": "10016", "title": "Phone number must be in +E164 format", "source": {"pointer": "/to"}}
    story.simulator.faults.add("answer", path="/v2/calls$", status=422, body={"errors": [error]})
    shown = post(marta, conference, form_for(marta)).context["form"]
    again = post(marta, conference, form_for(marta, token=shown["token"].value()))
    assert (again.status_code, len(story.commands("/v2/calls"))) == (302, 1)


def test_existing_leg_stays_up_when_its_join_is_refused(story: Story, marta):
    _, conference = story.call(ANA)
    up = story.simulator.dial("sip:marta@supervisors.example")
    story.pass_time()
    error = {"code": "10032", "title": "Invalid enumerated value", "source": {"pointer": "/supervisor_role"}}
    story.simulator.faults.add("answer", path="/actions/join$", status=422, body={"errors": [error]})
    leg = Leg.objects.get(call_control_id=up.call_control_id)
    response = post(marta, conference, form_for(marta, my_leg=f"leg:{leg.pk}"))
    story.pass_time()
    assert list(response.context["form"].errors) == ["role"]
    assert up.state == "answered"


def test_a_nul_among_the_targets_is_refused_in_words(story: Story, marta):
    _, conference = story.call(ANA)
    response = post(marta, conference, form_for(marta, role="whisper", targets=["\0"]))
    assert response.context["form"].errors["targets"] == ["One of those you chose is not in this call."]
    assert AuditEntry.objects.get(action="join").result == "denied"


def test_first_press_of_barge_asks_and_sends_nothing(story, marta):
    """What the bar's form sends without script: the guard's own mark and no confirmation."""
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    pressed = {"role": "barge", "guard": "barge"}
    address = f"/supervisions/{mine.pk}/change/"
    asked = browser(marta).post(address, pressed)
    in_bar = browser(marta).post(address, pressed, headers={"HX-Request": "true"})
    assert "Everyone will hear you, including" in asked.content.decode()
    assert "Press Barge once more" in in_bar.content.decode()
    assert story.commands("/actions/update") == []
    browser(marta).post(address, pressed | {"guard": "confirmed"})
    story.pass_time()
    assert len(story.hear(story.simulator.state.conferences[conference.conference_id], story.leg(mine.address))) == 2


@pytest.mark.parametrize("role", ["monitor", "whisper"])
def test_quieter_modes_are_not_guarded(story, marta, role):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="barge")
    sent = {"role": role, "guard": "barge", "targets": [story.leg(ANA).call_control_id]}
    assert browser(marta).post(f"/supervisions/{mine.pk}/change/", sent).status_code == 302
    mine.refresh_from_db()
    assert mine.requested_role == role
