"""The measurements by name, in the order in which they run."""

from collections.abc import Mapping

from tests.bench import (
    acknowledging,
    answering,
    closed_reports,
    closing,
    database_size,
    killing,
    meanwhile,
    planning,
    routing,
    sending,
    starting,
)
from tests.bench.conditions import Measurement

MEASUREMENTS: Mapping[str, Measurement] = {
    "acknowledging": acknowledging.measure_acknowledging,
    "size": database_size.measure_database_size,
    "killing": killing.measure_killing,
    "routing": routing.measure_routing,
    "starting": starting.measure_starting,
    "meanwhile": meanwhile.measure_meanwhile,
    "closings": closing.measure_closings,
    "reports": closed_reports.measure_closed_reports,
    "planning": planning.measure_planning,
    "sending": sending.measure_sending,
    "killed": sending.measure_killed_sending,
    "answering": answering.measure_answering,
}
"""A further measurement is one entry here, and its bars are entries of ``bars.py``."""
