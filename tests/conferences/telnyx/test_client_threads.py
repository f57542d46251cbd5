"""One client serves many threads."""

import threading

import httpx

from conferences.telnyx.client import TelnyxClient
from conferences.telnyx.commands import Hangup

THREADS = 8


def test_read_waits_for_another_threads_command_then_proceeds():
    order, read_waits, commanding = [], threading.Event(), threading.Event()

    def act(request):
        if request.method == "POST":
            commanding.set()
            read_waits.wait(5)
        order.append(request.method)
        return httpx.Response(200, json={"data": {"result": "ok"}})

    def sleep(_):
        read_waits.set()

    client = TelnyxClient("KEY_TEST", transport=httpx.MockTransport(act), sleep=sleep)
    command = threading.Thread(target=client.hangup, args=("v3:own", Hangup("c1")))
    command.start()
    commanding.wait(5)
    client.call("v3:own")
    command.join(5)
    assert order == ["POST", "GET"]


def test_commands_of_many_threads_are_each_sent_once():
    everybody, sent = threading.Barrier(THREADS), []

    def act(request):
        everybody.wait(5)
        sent.append(request.url.path)
        return httpx.Response(200, json={"data": {"result": "ok"}})

    client = TelnyxClient("KEY_TEST", transport=httpx.MockTransport(act))
    legs = [f"v3:{number}" for number in range(THREADS)]
    threads = [threading.Thread(target=client.hangup, args=(leg, Hangup(leg))) for leg in legs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert sorted(sent) == [f"/v2/calls/{leg}/actions/hangup" for leg in legs]
