"""The report of a run: a line for each bar and column, and a file with all figures."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from tests.bench.bars import Assessment
from tests.bench.figures import Figure

_NO_VALUE = "-"


def format_assessment(assessment: Assessment) -> str:
    """Return the line of a bar: id, claim, column, figure, limit, verdict and note."""
    bar, figure = assessment.bar, assessment.figure
    column, value, note = (
        (figure.column, figure.text, figure.note) if figure else (_NO_VALUE, _NO_VALUE, "")
    )
    limit = f"{bar.direction.value} {bar.limit:g}"
    line = f"{bar.id:5} {bar.claim:37} {column:27} {value:24} {limit:8} {assessment.verdict.value}"
    return f"{line} ({note})" if note else line


def format_figure(figure: Figure) -> str:
    """Return the line of a figure without a bar."""
    return f"      {figure.name:37} {figure.column:27} {figure.text}"


def write_json(
    file: Path,
    number: int,
    figures: Iterable[Figure],
    assessments: Iterable[Assessment],
    seconds_by_measurement: Mapping[str, float],
) -> None:
    """Write all figures, and the verdict of each bar, to *file*; its folder is created."""
    content = {
        "number": number,
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "seconds": dict(seconds_by_measurement),
        "bars": [
            {
                "id": item.bar.id,
                "claim": item.bar.claim,
                "limit": f"{item.bar.direction.value} {item.bar.limit:g}",
                "figure": asdict(item.figure) if item.figure else None,
                "verdict": item.verdict.value,
            }
            for item in assessments
        ],
        "figures": [asdict(figure) for figure in figures],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
