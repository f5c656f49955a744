"""Prometheus metrics of counts and states, with no personal data in any label.

The module is imported by the first request for metrics, not at the start: its library takes a
megabyte of memory, and many deployments are never scraped.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.admin.delivery_status import summarize_delivery_counts
from bot.admin.deployment_figures import DeploymentFigures, ProcessFigures
from bot.admin.reason_classes import classify_reason
from bot.content.log_texts import get_help
from bot.domain.health import HealthFault
from bot.store.repositories.deliveries import DeliveryCount, DeliveryState


def render_prometheus(process: ProcessFigures, figures: DeploymentFigures | None) -> str:
    """Render the metrics in Prometheus' text format; ``None`` for *figures* omits the shared ones.

    https://prometheus.io/docs/instrumenting/exposition_formats/
    """
    registry = CollectorRegistry()
    registry.register(_Collector(process, figures))
    return generate_latest(registry).decode()


def list_labels() -> Mapping[str, tuple[str, ...]]:
    """Return the label names of each metric, in a dict by the name of its samples.

    They are collected from dummy figures in which every metric has a sample.
    """
    count = DeliveryCount(date.min, "", DeliveryState.SENT, "", 0)
    process = ProcessFigures(tick_age_seconds=0, refused_requests={"": 0}, sockets={"": True})
    figures = DeploymentFigures(failed_runs={"": 0}, delivery_counts=(count,))
    return {
        metric.samples[0].name: tuple(metric.samples[0].labels)
        for metric in _Collector(process, figures).collect()
    }


class _Collector(Collector):
    """Yields the metrics of one response; the library calls it when it renders the registry.

    A registry per response omits time series that no longer exist. The library's global registry
    is not used, because it also collects metrics of the process and the platform.
    """

    def __init__(self, process: ProcessFigures, figures: DeploymentFigures | None) -> None:
        self._process, self._figures = process, figures

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        yield from _collect_process_metrics(self._process)
        if self._figures is not None:
            yield from _collect_shared_metrics(self._figures)


def _collect_process_metrics(process: ProcessFigures) -> Iterator[Metric]:
    yield _build_gauge("attune_ready", [((), process.is_ready)])
    yield _build_gauge("attune_served", [((), not process.faults)])
    causes = {(fault.value,): fault in process.faults for fault in HealthFault}
    yield _build_gauge("attune_fault", causes.items(), ("cause",))
    if process.tick_age_seconds is not None:
        yield _build_gauge("attune_tick_age_seconds", [((), round(process.tick_age_seconds))])
    name = "attune_refused_requests_total"
    refused_requests = CounterMetricFamily(name, get_help(name), labels=("product",))
    for product, count in process.refused_requests.items():
        refused_requests.add_metric((product,), count)
    yield refused_requests
    sockets = {(product,): is_open for product, is_open in process.sockets.items()}
    yield _build_gauge("attune_socket_connected", sockets.items(), ("product",))


def _collect_shared_metrics(figures: DeploymentFigures) -> Iterator[Metric]:
    yield _build_gauge("attune_workers_alive", [((), figures.worker_count)])
    failed_runs = {(duty,): count for duty, count in sorted(figures.failed_runs.items())}
    yield _build_gauge("attune_duty_failed_runs", failed_runs.items(), ("duty",))
    deliveries: Counter[tuple[str, ...]] = Counter()
    for _day, kind, status, reason, count in summarize_delivery_counts(figures.delivery_counts):
        deliveries[kind, status, classify_reason(reason)] += count
    yield _build_gauge("attune_deliveries", deliveries.items(), ("kind", "state", "reason_class"))
    workspaces = {("suspended",): figures.suspended_count, ("resting",): figures.resting_count}
    yield _build_gauge("attune_workspaces", workspaces.items(), ("state",))
    keys = {
        ("available",): figures.key_store_health.is_available,
        ("lost",): figures.key_store_health.missing_count,
    }
    yield _build_gauge("attune_keys", keys.items(), ("state",))
    yield _build_gauge("attune_unreachable_people", [((), figures.unreachable_count)])


def _build_gauge(
    name: str, samples: Iterable[tuple[tuple[str, ...], float]], labels: tuple[str, ...] = ()
) -> GaugeMetricFamily:
    """Build the gauge *name* with its HELP line; *samples* are pairs of label values and number."""
    gauge = GaugeMetricFamily(name, get_help(name), labels=labels)
    for label_values, number in samples:
        gauge.add_metric(label_values, float(number))
    return gauge
