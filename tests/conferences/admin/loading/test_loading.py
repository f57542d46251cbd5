"""The directory from a file: what each line changes, what is wrong with it in the forms' words, and all or nothing."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import strategies as st

from conferences.admin.loading import table
from conferences.admin.loading.applying import apply
from conferences.admin.loading.comparing import compare
from conferences.admin.loading.exporting import export
from conferences.errors import NotPossible
from conferences.models import Agent, AgentAddress, AuditEntry, Device, Queue, Supervisor, Team
from tests.support.story import Story

HEADING = "kind,name,team,addresses,username,groups"
WHOLE = f"""{HEADING}
agent,Ana Ruiz,Support,sip:Ana@agents.example | +34 600 000 001
team,Support
team,Billing | more
queue,Helpdesk,Support,+34 910 000 001 | (0034) 910 000 002
agent,"=HYPERLINK(""http://x"")",Support,gencredAbC
agent,Ana Ruiz,Billing \\| more,1001
supervisor,Marta Gil,Support | Billing \\| more,Desk = sip:Marta@pbx.example.com | +34 600 000 091,marta,Coach | Monitor
"""
TABLES = (Team, Queue, Agent, AgentAddress, Device, Supervisor, User)


def plan(text):
    return compare(table.read(text))


def load(text):
    return apply(lambda: plan(text))


def told(text):
    """What is said of each line that is not as the directory has it, by its number."""
    return {step.number: step.said for step in plan(text).steps if step.effect != "unchanged"}


def everything():
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in TABLES}


def effects(found):
    return [str(step.effect) for step in found.steps]


def test_a_file_becomes_the_directory_and_back(db):
    assert effects(load(WHOLE)) == ["new"] * 7
    assert [str(one) for one in Queue.objects.get().numbers.all()] == ["+34 910 00 00 01", "+34 910 00 00 02"]
    assert [one.team.name for one in Agent.objects.filter(name="Ana Ruiz").order_by("pk")] == [
        "Support", "Billing | more",
    ]  # fmt: skip
    marta = User.objects.get()
    assert (marta.get_full_name(), marta.has_usable_password(), marta.is_staff) == ("Marta Gil", False, False)
    assert {one.name for one in marta.groups.all()} == {"Coach", "Monitor"}
    devices = {one.name: one.party.dialled for one in marta.supervisor.devices.all()}
    assert devices == {"Desk": "sip:Marta@pbx.example.com", "Phone": "+34600000091"}

    before = everything()
    assert {*effects(plan(WHOLE)), *effects(plan(export()))} == {"unchanged"}
    load(export())
    assert everything() == before


def test_a_line_changes_what_it_says_and_no_more(db):
    load(WHOLE)
    text = f"{HEADING}\nsupervisor,,Support,,marta,\nqueue,Helpdesk,,+34 910 000 002 | +34 910 000 009\nteam,Support"
    assert told(text) == {
        2: ["team Billing | more taken away"],
        3: ["number +34 910 00 00 09 added", "number +34 910 00 00 01 taken away"],
    }
    load(text)
    assert [one.number for one in Queue.objects.get().numbers.all()] == ["+34910000002", "+34910000009"]
    marta = User.objects.get()
    assert (marta.first_name, marta.groups.count(), marta.supervisor.devices.count()) == ("Marta", 2, 2)


def test_an_address_moves_with_both_its_lines(db):
    load(WHOLE)
    moved = f"{HEADING}\nqueue,Helpdesk,Support,+34 910 000 001\nqueue,Second,Support,+34 910 000 002"
    assert effects(load(moved)) == ["changed", "new"]
    alone = f"{HEADING}\nqueue,Third,Support,+34 910 000 002"
    taken = "+34 910 00 00 02 belongs to the queue Second already. Take it away there first."
    assert told(alone) == {2: [taken]}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("agent,,Support", "name: This field cannot be blank."),
        (f"team,{'x' * 81}", "name: Ensure this value has at most 80 characters (it has 81)."),
        (
            "agent,Eva,Suport",
            "team: There is no team “Suport”, only Sales, Support; write a line for it, or one of these.",
        ),
        ("agent,Eva", "team: This field is required."),
        ("agent,Eva,Support | Sales", "team: Agents have one team each."),
        (
            "agent,Eva,Support,+34 600",
            "+34 600: This telephone number has too few or too many digits for its country code.",
        ),
        ("queue,New,Support,sip:a@b.example", "sip:a@b.example: Write a telephone number with + and country code."),
        (
            "agent,Eva,Support,+1 415 555 0101",
            "+1 415-555-0101 belongs to the queue Helpdesk already. Take it away there first.",
        ),
        ("agent,Eva,Support,1001 | sip:1001", "addresses: One is written twice in this line; once is enough."),
        (
            "supervisor,Eva,Support,1001,eva",
            "1001: Earshot rings this phone: write the SIP user with its host, such as sip:1001@pbx.example.com.",
        ),
        ("supervisor,Eva,Support", "username: This field cannot be blank."),
        (
            "supervisor,Eva,Support,,eva,Nobody",
            "groups: There is no group “Nobody”. Groups are made in the admin, under Groups.",
        ),
        ("agent,Eva,Support,,eva", "Only a supervisor has a user name, no agent."),
        ("person,Eva", "Write team, queue, agent or supervisor in the column kind."),
        ("agent,Eva,Support,,,,,x", "This line has 8 cells, the first line 6."),
        ('agent,"Eva"x,Support', "This line cannot be read: a quotation mark is missing, or there is one too many."),
        ('agent,"E\nva",Support', "name: There is a line break or another character in it that cannot be seen."),
        (
            "supervisor,Cleo,Support,Desk = Marta@Supervisors.Example,cleo",
            "marta@supervisors.example belongs to the supervisor Marta Gil already. Take it away there first.",
        ),
    ],
)
@pytest.mark.words
def test_a_wrong_line_is_explained_as_in_forms(directory, marta, line, said):
    before = everything()
    assert told(f"{HEADING}\n{line}") == {2: [said]}
    assert not load(f"{HEADING}\n{line}").is_sound
    assert everything() == before


def test_lines_of_one_file_are_compared_with_each_other(directory):
    agents = "agent,Eva,Support,1001\nagent,Eva,Support,1002"
    found = plan(f"{HEADING}\n{agents}\nqueue,A,Sales,+34910000007\nqueue,B,Sales,+34910000007")
    assert effects(found) == ["new", "wrong", "wrong", "wrong"]
    Agent.objects.create(name="Ana Ruiz", team=directory.support)
    assert effects(plan(f"{HEADING}\nagent,Ana Ruiz,Support,1003")) == ["wrong"]  # which of the two?
    assert {*effects(plan(export()))} == {"unchanged"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
        b"PK\x03\x04 a workbook \xff\xfe\x81",
        b"kind,name\nagent,\x81\x8d",
        b"kind,team\n",
        b"kind,name,colour\n",
        b"kind,name,name\n",
        "kind,name".encode("utf-16")[:-1],
    ],
)
def test_what_is_no_table_is_refused_in_words(content):
    with pytest.raises(NotPossible):
        table.read(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_usual_encodings_and_delimiters_are_read(encoding, delimiter):
    text = "Name,KIND,Phones\r\nJosé Núñez,agent,1001\r\n".replace(",", delimiter)
    found = table.read(text.encode(encoding))
    assert [line.cells for line in found.lines] == [{"name": "José Núñez", "kind": "agent", "addresses": "1001"}]
    assert bool(found.note) == (encoding in ("latin-1", "cp1252"))


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(["=1+1", "'=1", "''@x", "+34"])


@given(CELLS)
@example("\t=1")
def test_no_cell_leaves_as_a_formula(cell):
    out = table.guarded(cell)
    assert not out.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert table.unguarded(out) == cell


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)))
def test_a_cell_of_several_things_gives_them_back(parts):
    assert table.split(table.join(parts)) == parts


def corrupted(text: str, chance: random.Random) -> str | bytes:
    """The text with something gone wrong: as by a hand, an editor or a transfer."""
    place = chance.randrange(len(text))
    junk = chance.choice(
        ["\0", '"', ",", ";", "|", "\n", "\\", "=", "\x85", "\u202e", "é", "x" * 300, "+34 910 000 001"]
    )
    raw = text.encode()
    return chance.choice(
        [
            text[:place] + junk + text[place:],
            text[:place] + text[place + chance.randrange(1, 40) :],
            raw[:place] + bytes([chance.randrange(256)]) + raw[place:],
            text.encode("utf-16")[:place],
            "\n".join(chance.sample(text.splitlines(), len(text.splitlines()))),
        ]
    )


def test_no_corruption_writes_half_or_goes_unexplained(db):
    load(WHOLE)
    chance = random.Random(14)  # noqa: S311 - the same ones each time
    before = everything()
    for _ in range(200):
        broken = corrupted(WHOLE, chance)
        try:
            found = compare(table.read(broken))
        except NotPossible:
            continue
        assert everything() == before  # looking wrote nothing
        assert [step.number for step in found.steps if step.effect == "wrong" and not step.said] == []
        if not found.is_sound:
            apply(lambda broken=broken: compare(table.read(broken)))
            assert everything() == before


def test_a_loaded_address_reaches_a_live_call(story: Story, directory, marta):
    _, conference = story.call("+34600000009")
    feed = conference.feed
    load(f"{HEADING}\nagent,Eva Sanz,Sales,+34 600 000 009")
    assert [one.leg.agent.name for one in conference.present() if one.leg.agent] == ["Eva Sanz"]
    conference.refresh_from_db()
    assert conference.feed > feed


def test_the_commands_tell_and_write(db, tmp_path):
    (tmp_path / "a.csv").write_text(WHOLE)
    out = StringIO()
    call_command("load_directory", tmp_path / "a.csv", "--dry-run", stdout=out)
    assert ("Nothing was written" in out.getvalue(), Team.objects.count()) == (True, 0)
    call_command("load_directory", tmp_path / "a.csv", stdout=out)
    call_command("export_directory", tmp_path / "b.csv")
    assert {*effects(compare(table.read((tmp_path / "b.csv").read_bytes())))} == {"unchanged"}
    (tmp_path / "a.csv").write_text(WHOLE + "team,\n")
    before = everything()
    with pytest.raises(SystemExit):
        call_command("load_directory", tmp_path / "a.csv", stdout=out)
    assert everything() == before


@pytest.mark.slow
def test_fifty_thousand_lines_take_few_queries(db):
    teams = [f"team,Team {one}" for one in range(50)]
    agents = [f"agent,Agent {one},Team {one % 50},+34 6{one:08d} | sip:a{one}@pbx.example.com" for one in range(49_950)]
    text = "\n".join([HEADING, *teams, *agents])
    with CaptureQueriesContext(connection) as looking:
        found = plan(text)
    assert (len(found.steps), {*effects(found)}, len(looking) < 15) == (50_000, {"new"}, True)
    with CaptureQueriesContext(connection) as writing:
        load(text)
    assert AgentAddress.objects.count() == 99_900
    assert len(writing) < 1500
    (told,) = AuditEntry.objects.filter(subject="directory")
    assert told.changes["new"] == [None, 50_000]
    assert {*effects(plan(text))} == {"unchanged"}
    assert apps.get_model("conferences", "AgentChange").objects.count() == 49_950
