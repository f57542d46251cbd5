"""Dashboard, alert rules and their document speak of metrics that there are, and of nothing else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from conferences import metrics
from conferences.ingest.webhooks import checking  # noqa: F401 - its counters
from conferences.supervision.commands import sending  # noqa: F401 - its counters
from dashboard.views.monitoring import exposition

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
SCRAPING = ROOT / "deploy" / "prometheus" / "prometheus.yml"
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "earshot.json").read_text())
GROUPS = yaml.safe_load(RULES.read_text())["groups"]
ALERTS = [rule for group in GROUPS for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SHOWN = [target["expr"] for panel in PANELS for target in panel["targets"]]
MANUAL = (ROOT / "docs" / "operations.md").read_text()
OURS = sorted(one._name for one in vars(metrics).values() if isinstance(one, MetricWrapperBase))
every_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda one: one["alert"])
# Prometheus' own, of whomever it asks.
OF_PROMETHEUS = {"up"}
_NAME = re.compile(r"\b((?:earshot|process)_[a-z_]+|up)\b(?:\{([^}]*)\})?")


@pytest.fixture
def samples(db: None) -> list[Any]:
    exposition.refresh()
    return [one for family in text_string_to_metric_families(generate_latest().decode()) for one in family.samples]


def named(expression: str) -> list[tuple[str, dict[str, str]]]:
    """The metrics in an expression, each with the labels of ours it must have; `job` is what Prometheus calls us."""
    found = [(name, dict(re.findall(r'(\w+)="([^"]*)"', labels))) for name, labels in _NAME.findall(expression)]
    return [(name, {label: value for label, value in labels.items() if label != "job"}) for name, labels in found]


@pytest.mark.parametrize("expression", sorted({*SHOWN, *(one["expr"] for one in ALERTS)}))
def test_every_metric_that_is_asked_for_exists(samples, expression):
    asked = named(expression)
    there = [(one.name, one.labels.items()) for one in samples] + [(name, {}.items()) for name in OF_PROMETHEUS]
    missing = [one for one in asked if not any(one[0] == name and one[1].items() <= has for name, has in there)]
    assert (bool(asked), missing) == (True, [])


@every_alert
def test_an_alert_has_all_that_is_needed(alert):
    assert (
        {"alert", "expr", "labels", "annotations"} <= alert.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    )
    assert alert["labels"]["severity"] in ("page", "ticket")
    assert {"summary", "description", "runbook"} == alert["annotations"].keys()
    assert re.fullmatch(r"[0-9]+[smh]", alert.get("for", "1m"))


@every_alert
def test_an_alert_says_where_its_remedy_is(alert):
    name = alert["alert"]
    assert alert["annotations"]["runbook"] == f"docs/operations.md#{name.lower()}"
    assert re.search(rf"^### {name}\n\n[\w`/]", MANUAL, re.MULTILINE)


def test_no_alert_is_named_twice_or_only_described():
    names = [one["alert"] for one in ALERTS]
    assert sorted(re.findall(r"^### (Earshot\w+)$", MANUAL, re.MULTILINE)) == sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", OURS)
def test_every_metric_is_explained_and_looked_at(name):
    told = {f"{name}_total", name}
    assert re.search(rf"^\| `(?:{'|'.join(told)})` \| \w", MANUAL, re.MULTILINE)
    assert [one for one in (*SHOWN, *(alert["expr"] for alert in ALERTS)) if name in one]


def test_panels_have_their_own_places():
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    places = {(x, y) for panel in DASHBOARD["panels"] for x, y in cells(panel["gridPos"])}
    assert len(places) == sum(panel["gridPos"]["w"] * panel["gridPos"]["h"] for panel in DASHBOARD["panels"])
    assert max(x for x, _ in places) < 24


def cells(place: dict[str, int]) -> list[tuple[int, int]]:
    across, down = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
    return [(x, y) for x in across for y in down]


def test_each_panel_asks_the_source_one_chooses():
    sources = {target["datasource"]["uid"] for panel in PANELS for target in panel["targets"]}
    assert sources == {f"${{{DASHBOARD['templating']['list'][0]['name']}}}"}
    assert all(panel["title"] and panel["targets"] for panel in PANELS)


def test_prometheus_is_told_whom_to_ask():
    told = yaml.safe_load(SCRAPING.read_text())
    assert (told["rule_files"], told["scrape_configs"][0]["job_name"]) == ([RULES.name], "earshot")


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed here")
def test_prometheus_itself_takes_the_rules():
    run = subprocess.run(["promtool", "check", "rules", str(RULES)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
