"""The alert rules load, and name metrics that the bot exposes."""

import re
from typing import Any

import pytest
import yaml

from bot.content.log_texts import get_help
from bot.domain.health import HealthFault
from tests.sources import ROOT

RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "docs/alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
EXPRESSIONS = {str(rule["alert"]): str(rule["expr"]) for rule in RULES}
METRIC = re.compile(r"\battune_\w+")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_rule_has_what_prometheus_requires(rule: dict[str, Any]) -> None:
    """A name, an expression, a duration, a severity and a summary."""
    assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"[A-Z]\w+", rule["alert"])
    assert re.fullmatch(r"\d+[mhd]", rule["for"])
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"].endswith(".")


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_expression_names_metrics_with_a_help_line(expression: str) -> None:
    """An alert over a misspelt metric would never fire."""
    names = METRIC.findall(expression)

    assert names
    assert all(get_help(name) for name in names)


def test_names_of_alerts_are_unique() -> None:
    """Prometheus would merge two alerts of one name."""
    assert len(EXPRESSIONS) == len(RULES)


def test_causes_in_expressions_exist() -> None:
    """An alert over a cause that no process reports would never fire."""
    causes = re.findall(r'cause="(\w+)"', " ".join(EXPRESSIONS.values()))

    assert set(causes) <= {fault.value for fault in HealthFault}


def test_every_metric_but_the_resting_has_an_alert() -> None:
    """What is measured for alerts is used by one."""
    used = set(METRIC.findall(" ".join(EXPRESSIONS.values())))

    assert used >= {
        "attune_deliveries",
        "attune_duty_failed_runs",
        "attune_keys",
        "attune_refused_requests_total",
        "attune_socket_connected",
        "attune_tick_age_seconds",
        "attune_unreachable_people",
        "attune_workers_alive",
        "attune_workspaces",
    }
