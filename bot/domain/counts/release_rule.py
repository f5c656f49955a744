"""The release rule: from a closed period's slips to its published tables and sentences.

A slip is a (token, code) pair of the period's record: one debrief of one contributor.

It caps each person, adds exact noise, and publishes bands and coarse shares only. A table is never
blank and has the same form for no, few and many slips. Everything published is returned by
:func:`release_total` or :func:`release_breakdown`: their tables cannot be constructed elsewhere,
and sentences and charts accept no other type.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass
from enum import Enum
from fractions import Fraction

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts.noise import NoiseGenerator, sample_laplace
from bot.domain.counts.withheld_table import WithheldTable, WithholdingReason

TOTAL, BREAKDOWN = "total", "breakdown"
"""The two ledgers; each has its own records, keys and noise."""

_SEAL = object()


class UnsealedTableError(Exception):
    """A table was constructed outside the release rule."""


class Band(Enum):
    """The number of debriefs of a period as a band; the value is the stored code."""

    FEW = "few"
    TEN = "10"
    TWENTY = "20"
    FORTY = "40"
    EIGHTY = "80"


class Share(Enum):
    """Coarse share of the debriefs that chose an answer, in five steps; the value is stored."""

    ALMOST_NONE = 0
    A_QUARTER = 25
    HALF = 50
    THREE_QUARTERS = 75
    ALMOST_ALL = 100


_BAND_MINIMUMS = ((80, Band.EIGHTY), (40, Band.FORTY), (20, Band.TWENTY), (10, Band.TEN))


@dataclass(frozen=True)
class CountingTerms:
    """The terms of a period: slips counted per person, and the amount of noise.

    ``epsilon`` bounds the disclosure of one table about one person: all their slips shift the odds
    of any table by a factor of at most exp(epsilon), one slip by exp(1 / scale).
    """

    weeks: int
    cap: int
    epsilon: Fraction

    @property
    def noise_scale(self) -> Fraction:
        """The scale of the Laplace noise on each count."""
        return self.cap / self.epsilon


QUARTER_WEEKS, MONTH_WEEKS = 13, 4
"""The two period lengths, in weeks."""

LARGE_UNIT_SIZE = 20
"""Declared size from which a period of the total lasts four weeks instead of a quarter."""

MIN_UNIT_SIZE = 5
"""Minimum declared size of a team that is counted by itself; smaller ones are pooled."""

MIN_PRACTICE_SIZE = 12
"""Minimum declared size of a practice whose breakdown is of the practice, not of its teams."""

CLEAR_LEAD_SCALES = Fraction(7, 2)
"""Lead of the first answer, in noise scales, that is required to name it."""

_SMALL_UNIT_TERMS = {
    TOTAL: CountingTerms(QUARTER_WEEKS, 2, Fraction(4, 5)),
    BREAKDOWN: CountingTerms(QUARTER_WEEKS, 3, Fraction(1)),
}
_LARGE_UNIT_TERMS = {
    TOTAL: CountingTerms(MONTH_WEEKS, 1, Fraction(5, 11)),
    BREAKDOWN: CountingTerms(QUARTER_WEEKS, 2, Fraction(4, 7)),
}
EARLIER_TERMS = (
    (TOTAL, CountingTerms(QUARTER_WEEKS, 4, Fraction(8, 5))),
    (BREAKDOWN, CountingTerms(QUARTER_WEEKS, 4, Fraction(4, 3))),
    (BREAKDOWN, CountingTerms(MONTH_WEEKS, 5, Fraction(10, 11))),
)
"""Terms of earlier releases: a period closes under the terms with which it was opened."""

_RELEASED_TERMS = {
    (ledger, terms.weeks, terms.cap): terms
    for ledger, terms in (*EARLIER_TERMS, *_SMALL_UNIT_TERMS.items(), *_LARGE_UNIT_TERMS.items())
}


def select_terms(ledger: str, size: int) -> CountingTerms:
    """Return the terms of a period of *ledger* for a unit of the declared *size*.

    Selected from ``python -m tests.attacks.frontier``, which prints accuracy and right guesses for
    these and other terms; the figures are in ``docs/anonymity.md``. A large unit's breakdown is of
    a quarter: thirteen a year would disclose five times as much and name a leader less often.
    """
    return (_SMALL_UNIT_TERMS if size < LARGE_UNIT_SIZE else _LARGE_UNIT_TERMS)[ledger]


def find_terms(ledger: str, weeks: int, cap: int) -> CountingTerms | None:
    """Return the terms, of any release, of a table with *weeks* and *cap*; ``None`` for others."""
    return _RELEASED_TERMS.get((ledger, weeks, cap))


def pool_teams(sizes: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """Group the teams of a practice into counted units, by team id; *sizes* are declared sizes.

    A team of at least :data:`MIN_UNIT_SIZE` is its own unit. Smaller ones are pooled; when the pool
    is still too small, the smallest team of the others joins it. No team is in two units, so no
    figure can be derived by subtraction. A team that cannot be pooled is omitted: too few to count
    without identifying a person.
    """
    pooled = sorted(team for team, size in sizes.items() if size < MIN_UNIT_SIZE)
    separate = sorted((size, team) for team, size in sizes.items() if size >= MIN_UNIT_SIZE)
    if pooled and sum(sizes[team] for team in pooled) < MIN_UNIT_SIZE and separate:
        pooled.append(separate.pop(0)[1])
    pool = tuple(sorted(pooled))
    units: dict[str, tuple[str, ...]] = {team: (team,) for _, team in separate}
    if sum(sizes[team] for team in pool) >= MIN_UNIT_SIZE:
        units |= dict.fromkeys(pool, pool)
    return units


@dataclass(frozen=True)
class TotalTable:
    """The number of debriefs of a closed period, as a band; only the release rule creates it."""

    band: Band
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Raise UnsealedTableError outside the release rule."""
        _require_seal(seal)

    @property
    def json_body(self) -> str:
        """The stored JSON of the table."""
        return _dump_json({"band": self.band.value})


@dataclass(frozen=True)
class BreakdownTable:
    """The answers of a closed period's debriefs; only the release rule creates it.

    ``leader`` is the leading answer's code, or ``""`` without a clear lead; ``shares`` are the
    coarse shares of all answers, in the order of the form, all equal without a leader.
    """

    question: str
    leader: str
    shares: tuple[tuple[str, Share], ...]
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Raise UnsealedTableError outside the release rule."""
        _require_seal(seal)

    @property
    def json_body(self) -> str:
        """The stored JSON of the table."""
        shares = {code: share.value for code, share in self.shares}
        return _dump_json({"leader": self.leader, "question": self.question, "shares": shares})


@dataclass(frozen=True)
class LostTable:
    """No table: the key of the period was lost, and with it everything that was filed.

    ``ledger`` is the one that the period counted.
    """

    ledger: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Raise UnsealedTableError outside the release rule."""
        _require_seal(seal)

    @property
    def json_body(self) -> str:
        """The stored JSON of the table."""
        return _dump_json({"lost": True})


ReleasedTable = TotalTable | BreakdownTable | LostTable | WithheldTable


def release_total(
    slips: Sequence[tuple[bytes, str]], terms: CountingTerms, generator: NoiseGenerator
) -> TotalTable:
    """Return the number of debriefs as a band of the capped and noisy count.

    *slips* are (token, code); *generator* is the source of noise.
    """
    noisy_count = len(_cap_slips(slips, terms.cap, generator)) + sample_laplace(
        generator, terms.noise_scale
    )
    return TotalTable(_select_band(noisy_count), _SEAL)


def release_breakdown(
    slips: Sequence[tuple[bytes, str]],
    question: str,
    terms: CountingTerms,
    generator: NoiseGenerator,
) -> BreakdownTable:
    """Return the leading answer and the coarse shares, from capped and noisy counts.

    A leader is named when it leads by :data:`CLEAR_LEAD_SCALES` noise scales. Without a leader the
    shares are equal whatever was counted: no screen shows them, so they would only help to guess.
    """
    counts = Counter(code for _, code in _cap_slips(slips, terms.cap, generator))
    noisy_counts = {
        code: counts[code] + sample_laplace(generator, terms.noise_scale)
        for code in ANSWER_CODES[question]
    }
    (first_count, leader), (second_count, _) = sorted(
        ((count, code) for code, count in noisy_counts.items()), reverse=True
    )[:2]
    if first_count - second_count < CLEAR_LEAD_SCALES * terms.noise_scale:
        leader, noisy_counts = "", dict.fromkeys(noisy_counts, 0)
    return BreakdownTable(question, leader, _coarse_shares(noisy_counts), _SEAL)


def release_lost_table(ledger: str) -> LostTable:
    """Return the release of a period whose key was lost: it says so, and nothing else."""
    return LostTable(ledger, _SEAL)


def parse_table(ledger: str, json_body: str) -> ReleasedTable:
    """Parse the stored JSON of a published table."""
    content = json.loads(json_body)
    if content.get("lost"):
        return LostTable(ledger, _SEAL)
    if reason := content.get("withheld"):
        return WithheldTable(ledger, WithholdingReason(reason))
    if ledger == TOTAL:
        return TotalTable(Band(content["band"]), _SEAL)
    shares = tuple(
        (code, Share(content["shares"][code])) for code in ANSWER_CODES[content["question"]]
    )
    return BreakdownTable(content["question"], content["leader"], shares, _SEAL)


def _cap_slips(
    slips: Sequence[tuple[bytes, str]], cap: int, generator: NoiseGenerator
) -> list[tuple[bytes, str]]:
    """Return at most *cap* slips of each token, selected at random by *generator*."""
    slips_by_token: Counter[bytes] = Counter()
    capped = []
    for token, code in generator.shuffle_copy(sorted(slips)):
        slips_by_token[token] += 1
        if slips_by_token[token] <= cap:
            capped.append((token, code))
    return capped


def _select_band(noisy_count: int) -> Band:
    return next((band for least, band in _BAND_MINIMUMS if noisy_count >= least), Band.FEW)


def _coarse_shares(noisy_counts: Mapping[str, int]) -> tuple[tuple[str, Share], ...]:
    counts = {code: max(0, count) for code, count in noisy_counts.items()}
    total = sum(counts.values())
    if not total:
        counts, total = dict.fromkeys(counts, 1), len(counts)
    return tuple((code, _nearest_share(count, total)) for code, count in counts.items())


def _nearest_share(count: int, total: int) -> Share:
    """Return the share next to *count* of *total*, by whole numbers: as exact as fractions."""
    return min(Share, key=lambda share: abs(share.value * total - 100 * count))


def _require_seal(seal: object) -> None:
    if seal is not _SEAL:
        raise UnsealedTableError


def _dump_json(content: Mapping[str, object]) -> str:
    return json.dumps(content, separators=(",", ":"), sort_keys=True)
