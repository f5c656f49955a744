import json
from pathlib import Path

import pytest

from tests.bench import figures, report
from tests.bench.__main__ import main
from tests.bench.bars import BARS, Bar, Direction, Verdict, assess_bars
from tests.bench.figures import summarize

LATENCY = Bar("G1", "latency / floor", "latency", 0.5)
THROUGHPUT = Bar("G3", "throughput / floor", "rate", 0.8, Direction.AT_LEAST)


@pytest.mark.parametrize(
    ("bar", "value", "verdict"),
    [
        (LATENCY, 0.5, Verdict.MET),
        (LATENCY, 0.51, Verdict.NOT_MET),
        (THROUGHPUT, 0.8, Verdict.MET),
        (THROUGHPUT, 0.79, Verdict.NOT_MET),
    ],
)
def test_bar_is_judged_in_its_direction(bar: Bar, value: float, verdict: Verdict) -> None:
    """A figure at its limit meets the bar, and one on the wrong side of it does not."""
    (assessment,) = assess_bars([bar], [summarize(bar.figure, "sqlite", [value])])

    assert assessment.verdict is verdict


def test_bar_is_judged_by_the_median_in_each_column() -> None:
    """Each column has a verdict of its own, by the median of its rounds."""
    measured = [
        summarize("latency", "sqlite", [0.1, 0.4, 9.0]),
        summarize("latency", "postgresql", [0.1, 0.6, 0.7]),
    ]

    assert [item.verdict for item in assess_bars([LATENCY], measured)] == [
        Verdict.MET,
        Verdict.NOT_MET,
    ]


def test_bar_without_a_figure_is_not_measured() -> None:
    """A bar whose measurement did not run is neither met nor missed."""
    (assessment,) = assess_bars([LATENCY], [])

    assert assessment.verdict is Verdict.NOT_MEASURED
    assert report.format_assessment(assessment).endswith("not measured")


def test_line_shows_the_spread_and_the_note() -> None:
    """The line of a bar has the median, the least and greatest round, the limit and the note."""
    (assessment,) = assess_bars(
        [LATENCY], [summarize("latency", "sqlite", [0.25, 0.5, 1.0], note="N=20")]
    )
    line = report.format_assessment(assessment)

    assert "0.5 [0.25, 1]" in line
    assert line.endswith("<= 0.5   met (N=20)")


def test_file_has_every_figure_and_verdict(tmp_path: Path) -> None:
    """The file of a run contains the figures, also those without a bar, and the verdicts."""
    measured = [summarize("latency", "sqlite", [1.0]), summarize("other", "sqlite", [2.0])]
    file = tmp_path / "new folder" / "run.json"
    report.write_json(file, 20, measured, assess_bars([LATENCY], measured), {"reports": 1.5})
    content = json.loads(file.read_text(encoding="utf-8"))

    assert [figure["name"] for figure in content["figures"]] == ["latency", "other"]
    assert [bar["verdict"] for bar in content["bars"]] == ["not met"]
    assert content["seconds"] == {"reports": 1.5}


def test_every_bar_has_an_id_of_its_own_figure() -> None:
    """No figure is judged twice, and the twelve numbered bars are all there."""
    names = [bar.figure for bar in BARS]

    assert len(set(names)) == len(names)
    assert {bar.id for bar in BARS} >= {f"G{number}" for number in range(1, 13)}


@pytest.mark.parametrize(
    ("values", "expected"), [([3.0], 3.0), ([1.0, 2.0, 3.0], 2.0), ([0.0, 10.0], 5.0)]
)
def test_percentile_of_few_values(values: list[float], expected: float) -> None:
    """The median percentile of one, two and three values is their median."""
    assert figures.percentile(values, 50) == expected


def test_unknown_measurement_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt name ends the command before anything is started."""
    with pytest.raises(SystemExit):
        main(["20", "kiling"])

    assert "kiling" in capsys.readouterr().err
