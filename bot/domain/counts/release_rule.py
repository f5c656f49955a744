"""The release rule: from a closed period's slips to the words that may be said of them.

Cap each person, add exact noise, then speak in bands and coarse shares; never blank, and
alike in form whether nobody, few or many filed. Everything published goes through
:func:`total` or :func:`breakdown`: the tables they return can be made nowhere else, and a
sentence or a chart about counts accepts nothing but them.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass
from enum import Enum
from fractions import Fraction

from bot.content.catalogue import LanguagePack
from bot.domain.counts.noise import NoiseGenerator, sample_laplace
from bot.elements import Bar, Chart, Share

TOTAL, BREAKDOWN = "total", "breakdown"
"""The two ledgers; each has slips, salt and noise of its own."""

ANSWER_CODES = {
    "form": ("away", "against", "both", "unsure"),
    "status": ("not_named", "touched", "working", "repaired", "ended"),
}
"""What a debrief may answer to each breakdown question, in the order it is asked."""

_SEAL = object()


class UnsealedTableError(Exception):
    """Somebody tried to say a count that did not come out of the release rule."""


class Band(Enum):
    """How many debriefs a period held, told as a band; the value is what a table keeps."""

    FEW = "few"
    TEN = "10"
    TWENTY = "20"
    FORTY = "40"
    EIGHTY = "80"


_BAND_MINIMUMS = ((80, Band.EIGHTY), (40, Band.FORTY), (20, Band.TWENTY), (10, Band.TEN))


@dataclass(frozen=True)
class CountingTerms:
    """How a period counts: how many debriefs a person counts for, and how much noise is added.

    ``epsilon`` bounds what one table tells of one person: everything they filed shifts
    the odds of any table by a factor of at most exp(epsilon), one debrief of exp(1 / scale).
    """

    weeks: int
    cap: int
    epsilon: Fraction

    @property
    def noise_scale(self) -> Fraction:
        """The scale of the noise on each count."""
        return self.cap / self.epsilon


QUARTER_WEEKS, MONTH_WEEKS = 13, 4
"""The two spans, in weeks."""

LARGE_UNIT_SIZE = 20
"""From this declared size on, a period is four weeks rather than a quarter."""

MIN_UNIT_SIZE = 5
"""A team declared smaller than this is only counted together with its siblings."""

MIN_PRACTICE_SIZE = 12
"""A practice declared at least this large has the breakdown, in the place of its teams."""

CLEAR_LEAD_SCALES = 3
"""How many noise scales the leading answer has to be ahead by, to be named."""

_TERMS_BY_LEDGER = {
    (TOTAL, QUARTER_WEEKS): CountingTerms(QUARTER_WEEKS, 4, Fraction(8, 5)),
    (TOTAL, MONTH_WEEKS): CountingTerms(MONTH_WEEKS, 1, Fraction(5, 11)),
    (BREAKDOWN, QUARTER_WEEKS): CountingTerms(QUARTER_WEEKS, 4, Fraction(4, 3)),
    (BREAKDOWN, MONTH_WEEKS): CountingTerms(MONTH_WEEKS, 5, Fraction(10, 11)),
}


def select_terms(ledger: str, size: int) -> CountingTerms:
    """How a period of *ledger* counts for a unit of the declared *size*.

    Chosen by simulation of units of 9, 15 and 30, at 0.9 to 0.12 debriefs a clinician and
    week (``python -m tests.domain.counts.utility``). The band holds what was counted in 83, 87
    and 80 % of periods, 75 % at the worst rate; a named leader is right in 86, 94 and 87 %,
    and named in 15, 26 and 14 %.

    Somebody who knows all other debriefs and guesses as well as one can, from both tables
    (chance is 50 %; ``python -m tests.attacks``): whether a person filed one debrief, 56, 56
    and 54 % right; three debriefs, 66, 66 and 58 %; two in every period of a year, 71, 71
    and 74 %.

    In a large unit the total counts each person once: for the same habit given away by its
    thirteen tables a year, quiet bands are right in 77 % rather than in 62 %
    (``python -m tests.attacks.frontier``).
    What a year may tell of one person is summed in ``docs/anonymity.md``.
    """
    return _TERMS_BY_LEDGER[ledger, QUARTER_WEEKS if size < LARGE_UNIT_SIZE else MONTH_WEEKS]


def pool_teams(sizes: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """Which of a practice's teams are counted together, by team; *sizes* are declared ones.

    A team of at least :data:`LEAST` stands alone. Smaller ones are pooled; when even the
    pool is too small, the smallest team that stands alone joins it. No team is in two
    units, so no figure can be had by subtracting another. A team that finds no company is
    left out: too few to count without pointing at someone.
    """
    small = sorted(team for team, size in sizes.items() if size < MIN_UNIT_SIZE)
    alone = sorted((size, team) for team, size in sizes.items() if size >= MIN_UNIT_SIZE)
    if small and sum(sizes[team] for team in small) < MIN_UNIT_SIZE and alone:
        small.append(alone.pop(0)[1])
    pool = tuple(sorted(small))
    found: dict[str, tuple[str, ...]] = {team: (team,) for _, team in alone}
    if sum(sizes[team] for team in pool) >= MIN_UNIT_SIZE:
        found |= dict.fromkeys(pool, pool)
    return found


@dataclass(frozen=True)
class TotalTable:
    """How many debriefs a closed period held, as a band. Only the release rule makes one."""

    band: Band
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Refuse a table that did not come out of the release rule."""
        _require_seal(seal)

    @property
    def json_body(self) -> str:
        """The table as it is kept."""
        return _dump_json({"band": self.band.value})


@dataclass(frozen=True)
class BreakdownTable:
    """What a closed period's debriefs answered. Only the release rule makes one.

    ``leader`` is the leading answer's code, or ``""`` when none leads clearly; ``shares``
    tell coarsely how the answers divide, in the order they are asked.
    """

    question: str
    leader: str
    shares: tuple[tuple[str, Share], ...]
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Refuse a table that did not come out of the release rule."""
        _require_seal(seal)

    @property
    def json_body(self) -> str:
        """The table as it is kept."""
        shares = {code: share.value for code, share in self.shares}
        return _dump_json({"leader": self.leader, "question": self.question, "shares": shares})


ReleasedTable = TotalTable | BreakdownTable


def release_total(
    slips: Sequence[tuple[bytes, str]], terms: CountingTerms, generator: NoiseGenerator
) -> TotalTable:
    """Tell how many debriefs there were, as a band of the capped and noisy count.

    *slips* are (token, code); *dice* decide the noise.
    """
    noisy = len(_cap_slips(slips, terms.cap, generator)) + sample_laplace(
        generator, terms.noise_scale
    )
    return TotalTable(_select_band(noisy), _SEAL)


def release_breakdown(
    slips: Sequence[tuple[bytes, str]],
    question: str,
    terms: CountingTerms,
    generator: NoiseGenerator,
) -> BreakdownTable:
    """Tell which answer leads and how the answers divide, from capped and noisy counts.

    A leader is named when it is ahead of the next by :data:`CLEAR` scales of the noise.
    """
    counted = Counter(code for _, code in _cap_slips(slips, terms.cap, generator))
    noisy = {
        code: counted[code] + sample_laplace(generator, terms.noise_scale)
        for code in ANSWER_CODES[question]
    }
    (first, leader), (second, _) = sorted(
        ((count, code) for code, count in noisy.items()), reverse=True
    )[:2]
    leads = first - second >= CLEAR_LEAD_SCALES * terms.noise_scale
    return BreakdownTable(question, leader if leads else "", _coarse_shares(noisy), _SEAL)


def parse_table(ledger: str, json_body: str) -> ReleasedTable:
    """Read a published table back, exactly as it was released."""
    said = json.loads(json_body)
    if ledger == TOTAL:
        return TotalTable(Band(said["band"]), _SEAL)
    shares = tuple((code, Share(said["shares"][code])) for code in ANSWER_CODES[said["question"]])
    return BreakdownTable(said["question"], said["leader"], shares, _SEAL)


def render_sentences(table: ReleasedTable, words: LanguagePack) -> tuple[str, ...]:
    """Say a published table to whoever may read it; it never falls silent."""
    if isinstance(table, TotalTable):
        return (words.translate(f"counts.total.{table.band.value}"),)
    if not table.leader:
        return (words.translate(f"counts.{table.question}.none"),)
    answer = _answer_labels(table.question, words)[table.leader]
    return (words.translate(f"counts.{table.question}.leader", answer=answer),)


def build_chart(table: BreakdownTable, words: LanguagePack) -> Chart:
    """Draw how the answers divide, with the same in words for whoever cannot see it."""
    labels, brief = (
        _answer_labels(table.question, words),
        words.questions[table.question].short_labels,
    )
    rows = [
        words.translate(
            "counts.chart.row",
            answer=labels[code],
            share=words.translate(f"counts.share.{share.value}"),
        )
        for code, share in table.shares
    ]
    return Chart(
        words.translate(f"counts.{table.question}.title"),
        tuple(Bar(brief[code], share) for code, share in table.shares),
        "\n".join([*rows, words.translate("counts.chart.accuracy")]),
    )


def _answer_labels(question: str, words: LanguagePack) -> dict[str, str]:
    return {option.code: option.label for option in words.questions[question].options}


def _cap_slips(
    slips: Sequence[tuple[bytes, str]], cap: int, generator: NoiseGenerator
) -> list[tuple[bytes, str]]:
    """At most *cap* slips of each token, which ones being left to the *dice*."""
    seen: Counter[bytes] = Counter()
    counted = []
    for token, code in generator.shuffle_copy(sorted(slips)):
        seen[token] += 1
        if seen[token] <= cap:
            counted.append((token, code))
    return counted


def _select_band(noisy_count: int) -> Band:
    return next((band for least, band in _BAND_MINIMUMS if noisy_count >= least), Band.FEW)


def _coarse_shares(noisy_counts: Mapping[str, int]) -> tuple[tuple[str, Share], ...]:
    seen = {code: max(0, count) for code, count in noisy_counts.items()}
    whole = sum(seen.values())
    return tuple(
        (code, _nearest_share(Fraction(count, whole) if whole else Fraction(1, len(seen))))
        for code, count in seen.items()
    )


def _nearest_share(fraction: Fraction) -> Share:
    return min(Share, key=lambda share: abs(Fraction(share.value, 100) - fraction))


def _require_seal(seal: object) -> None:
    if seal is not _SEAL:
        raise UnsealedTableError


def _dump_json(content: Mapping[str, object]) -> str:
    return json.dumps(content, separators=(",", ":"), sort_keys=True)
