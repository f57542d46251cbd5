"""Lists are read to their end and never further, and reads make way for commands."""

from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from conferences.telnyx.commands import Join, Update
from conferences.telnyx.errors import RateLimited, Refused, Unavailable

JOIN = Join("v3:own", "c1", "monitor")
ONE = {"read of a call": lambda c: c.call("v3:own"), "read of a list": lambda c: list(c.conferences())}


def numbered(number, total, items):
    return {"data": items, "meta": {"page_number": number, "page_size": 250, "total_pages": total, "total_results": 9}}


def cursor(after, items):
    return {"data": items, "meta": {"total_items": 9, "cursors": {"after": after, "before": None}}}


def failure(kind, call, *args):
    with pytest.raises(kind) as caught:
        call(*args)
    return caught.value


@pytest.mark.parametrize(
    ("read", "target"),
    [
        (lambda c: c.conference("a b"), "/v2/conferences/a%20b"),
        (lambda c: c.conference("id", "Middle East"), "/v2/conferences/id?region=Middle+East"),
        (lambda c: c.call("v3:a/b=="), "/v2/calls/v3:a%2Fb=="),
        (lambda c: c.application("129"), "/v2/call_control_applications/129"),
    ],
)
def test_one_thing_is_read_with_one_request(client, provider, read, target):
    provider.says(200, {"data": {"id": "x"}})
    assert read(client) == {"id": "x"}
    assert provider.paths == [target]


LISTS = {
    "/v2/conferences": (
        lambda c: c.conferences(region="US"),
        {"filter[status]": "in_progress", "region": "US"},
    ),
    "/v2/conferences/id/participants": (lambda c: c.participants("id", "Europe"), {"region": "Europe"}),
    "/v2/webhook_deliveries": (
        lambda c: c.webhook_deliveries(datetime(2026, 11, 22, 10, tzinfo=UTC), event_type="call.hangup"),
        {
            "filter[status][eq]": "failed",
            "filter[started_at][gte]": "2026-11-22T10:00:00Z",
            "filter[event_type]": "call.hangup",
        },
    ),
    "/v2/call_events": (
        lambda c: c.call_events(datetime(2026, 11, 22, 11, tzinfo=timezone(timedelta(hours=1))), leg_id="leg"),
        {"filter[type]": "webhook", "filter[occurred_at][gte]": "2026-11-22T10:00:00Z", "filter[leg_id]": "leg"},
    ),
}


@pytest.mark.parametrize("path", LISTS)
def test_list_is_read_page_by_page_with_its_filters(client, provider, path):
    read, filters = LISTS[path]
    provider.says(200, numbered(1, 2, [{"id": 1}, {"id": 2}])).says(200, numbered(2, 2, [{"id": 3}]))
    assert list(read(client)) == [{"id": 1}, {"id": 2}, {"id": 3}]
    assert [request.url.path for request in provider.requests] == [path, path]
    assert provider.queries == [filters | {"page[number]": number, "page[size]": "250"} for number in ("1", "2")]


def test_active_calls_are_read_cursor_by_cursor(client, provider):
    provider.says(200, cursor("x", [{"id": 1}])).says(200, cursor("y", [{"id": 2}])).says(
        200, cursor(None, [{"id": 3}])
    )
    assert list(client.active_calls("129")) == [{"id": 1}, {"id": 2}, {"id": 3}]
    assert {request.url.path for request in provider.requests} == {"/v2/connections/129/active_calls"}
    assert provider.queries == [
        {"page[limit]": "250"},
        {"page[limit]": "250", "page[after]": "x"},
        {"page[limit]": "250", "page[after]": "y"},
    ]


@pytest.mark.parametrize("after", ["x", "", None, 7, {"x": 1}])
def test_a_cursor_that_leads_nowhere_ends_the_list(client, provider, after):
    provider.says(200, cursor("x", [{"id": 1}])).says(200, cursor(after, [{"id": 2}]))
    assert list(client.active_calls("129")) == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize("meta", [None, [], {}, {"cursors": None}, {"page_number": 1, "total_pages": 9}])
def test_a_list_without_cursors_ends_with_its_first_page(client, provider, meta):
    provider.says(200, {"data": [{"id": 1}], "meta": meta})
    assert list(client.active_calls("129")) == [{"id": 1}]


def test_an_empty_page_ends_a_list_of_cursors(client, provider):
    provider.says(200, cursor("x", []))
    assert list(client.active_calls("129")) == []
    assert len(provider.requests) == 1


ODD_META = [
    None,
    [],
    {},
    {"page_number": 1},
    {"page_number": 2, "total_pages": 9},
    {"page_number": 1, "total_pages": "9"},
]


@pytest.mark.parametrize("meta", ODD_META)
def test_list_with_odd_meta_ends_with_its_first_page(client, provider, meta):
    provider.says(200, {"data": [{"id": 1}], "meta": meta})
    assert list(client.conferences()) == [{"id": 1}]
    assert len(provider.requests) == 1


def test_full_page_with_odd_meta_is_an_incomplete_list(client, provider):
    provider.says(200, {"data": [{"id": 1}] * 250})
    assert failure(Unavailable, list, client.participants("id")).reason == "incomplete list"


def test_an_empty_page_ends_a_list_that_promised_more(client, provider):
    provider.says(200, numbered(1, 10**9, [{"id": 1}])).says(200, numbered(2, 10**9, []))
    assert list(client.conferences()) == [{"id": 1}]


def test_a_list_of_numbers_without_end_is_given_up(client, provider):
    def page(request):
        return httpx.Response(200, json=numbered(int(request.url.params["page[number]"]), 10**9, [{"id": 1}]))

    provider.does(page)
    assert failure(Unavailable, list, client.conferences()).reason == "endless list"
    assert len(provider.requests) == 1000


def test_a_list_of_cursors_without_end_is_given_up(client, provider):
    provider.does(lambda _: httpx.Response(200, json=cursor(str(len(provider.requests)), [{"id": 1}])))
    assert failure(Unavailable, list, client.active_calls("129")).reason == "endless list"
    assert len(provider.requests) == 1000


def test_a_list_that_breaks_off_says_so(client, provider):
    provider.says(200, numbered(1, 2, [{"id": 1}])).writes(502, b"")
    read = client.participants("id")
    assert next(read) == {"id": 1}
    assert failure(Unavailable, next, read).reason == "HTTP 502"


@pytest.mark.parametrize("document", [{}, {"data": None}, {"data": {}}, {"data": ["x"]}, [], "x"])
def test_a_page_of_anything_but_objects_is_no_answer(client, provider, document):
    provider.says(200, document)
    assert failure(Unavailable, list, client.conferences()).reason == "unreadable answer"


@pytest.mark.parametrize("read", ONE)
def test_read_is_tried_twice_and_never_of_unknown_outcome(client, provider, read):
    provider.fails(httpx.ReadTimeout("slow"))
    error = failure(Unavailable, ONE[read], client)
    assert error.reason == "timeout"
    assert error.sends == 2
    assert error.reached is False


def test_refused_read_after_a_lost_answer_is_still_refused(client, provider):
    provider.fails(httpx.ReadTimeout("slow")).refuses(401, "10009")
    assert failure(Refused, client.call, "v3:own").code == "10009"


def test_an_unknown_region_is_refused(client, provider):
    with pytest.raises(ValueError, match=r"^region: "):
        client.conferences(region="Mars")
    assert provider.requests == []


def test_read_waits_for_the_rate_limit_to_end(client, provider, time):
    provider.refuses(429, "10011", retry_after="25").says(200, {"data": {"id": "x"}})
    failure(RateLimited, client.join, "conf", JOIN)
    time.sleep(20)
    assert client.call("v3:own") == {"id": "x"}
    assert time.now >= 1025


@pytest.mark.parametrize("read", ONE)
def test_read_gives_up_on_a_long_rate_limit(client, provider, time, read):
    provider.refuses(429, "10011", retry_after="25")
    failure(RateLimited, client.join, "conf", JOIN)
    error = failure(RateLimited, ONE[read], client)
    assert error.sends == 0
    assert time.slept == []
    assert len(provider.requests) == 1
    assert 25 <= error.retry_after < 26


@pytest.mark.parametrize("hanging", [1, 5, 20])
def test_read_yields_to_commands_for_a_limited_time(client, provider, time, hanging):
    waited = []

    def ask_meanwhile(request):
        if request.method == "POST" and len(provider.requests) < hanging:
            client.join("conf", Join("v3:other", f"other{len(provider.requests)}", "monitor"))
        elif request.method == "POST":
            began = time.now
            client.call("v3:own")
            waited.append(time.now - began)
        return httpx.Response(200, json={"data": {"result": "ok"}})

    provider.does(ask_meanwhile)
    assert client.join("conf", JOIN).sends == 1
    assert [round(one, 1) for one in waited] == [0.3]


@pytest.mark.parametrize(("status", "kind"), [(200, type(None)), (422, Refused), (502, Unavailable)])
def test_a_read_goes_ahead_when_the_command_is_over(client, provider, status, kind):
    def act(request):
        reading = request.method == "GET"
        return httpx.Response(200 if reading else status, json={"data": {"id": "x"} if reading else {"result": "ok"}})

    provider.does(act)
    outcome = None
    try:
        client.join("conf", JOIN)
    except (Refused, Unavailable) as error:
        outcome = error
    assert (type(outcome), client.call("v3:own")) == (kind, {"id": "x"})


def test_two_commands_may_be_under_way_at_once(client, provider):
    def second_meanwhile(request):
        if request.url.path.endswith("join"):
            client.update("conf", Update("v3:own", "c2", "barge"))
        return httpx.Response(200, json={"data": {"result": "ok"}})

    provider.does(second_meanwhile)
    assert client.join("conf", JOIN).sends == 1
    assert len(provider.requests) == 2


def test_read_leaves_the_last_allowed_request_to_a_command(client, provider, time):
    provider.says(200, {"data": {"result": "ok"}}, x_ratelimit_remaining="1", x_ratelimit_reset="4").says(
        200, {"data": {"result": "ok"}}
    )
    client.join("conf", JOIN)
    client.update("conf", Update("v3:own", "c2", "barge"))
    assert time.now == 1000
    client.call("v3:own")
    assert time.now == 1004


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_ratelimit_remaining": "2", "x_ratelimit_reset": "4"},
        {"x_ratelimit_remaining": "0"},
        {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "nan"},
        {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "-1"},
        {"x_ratelimit_remaining": "none", "x_ratelimit_reset": "4"},
    ],
)
def test_a_read_does_not_wait_without_a_reason(client, provider, time, headers):
    provider.says(200, {"data": {"id": "x"}}, **headers)
    client.call("v3:own")
    client.call("v3:own")
    assert (time.now, len(provider.requests)) == (1000, 2)
