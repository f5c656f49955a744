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

from bot.content.catalogue import Words
from bot.domain.counts.noise import Dice, laplace
from bot.elements import Bar, Chart
from bot.shares import Share

TOTAL, BREAKDOWN = "total", "breakdown"
"""The two ledgers; each has slips, salt and noise of its own."""

CODES = {
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


_FROM = ((80, Band.EIGHTY), (40, Band.FORTY), (20, Band.TWENTY), (10, Band.TEN))


@dataclass(frozen=True)
class Terms:
    """How a period counts: how many debriefs a person counts for, and how much noise is added.

    ``epsilon`` bounds what one table tells of one person: everything they filed shifts
    the odds of any table by a factor of at most exp(epsilon), one debrief of exp(1 / scale).
    """

    weeks: int
    cap: int
    epsilon: Fraction

    @property
    def scale(self) -> Fraction:
        """The scale of the noise on each count."""
        return self.cap / self.epsilon


QUARTER, MONTH = 13, 4
"""The two spans, in weeks."""

LARGE = 20
"""From this declared size on, a period is four weeks rather than a quarter."""

LEAST = 5
"""A team declared smaller than this is only counted together with its siblings."""

PRACTICE = 12
"""A practice declared at least this large has the breakdown, in the place of its teams."""

CLEAR = 3
"""How many noise scales the leading answer has to be ahead by, to be named."""

_TERMS = {
    (TOTAL, QUARTER): Terms(QUARTER, 4, Fraction(8, 5)),
    (TOTAL, MONTH): Terms(MONTH, 1, Fraction(5, 11)),
    (BREAKDOWN, QUARTER): Terms(QUARTER, 4, Fraction(4, 3)),
    (BREAKDOWN, MONTH): Terms(MONTH, 5, Fraction(10, 11)),
}


def terms(ledger: str, size: int) -> Terms:
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
    return _TERMS[ledger, QUARTER if size < LARGE else MONTH]


def units(sizes: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """Which of a practice's teams are counted together, by team; *sizes* are declared ones.

    A team of at least :data:`LEAST` stands alone. Smaller ones are pooled; when even the
    pool is too small, the smallest team that stands alone joins it. No team is in two
    units, so no figure can be had by subtracting another. A team that finds no company is
    left out: too few to count without pointing at someone.
    """
    small = sorted(team for team, size in sizes.items() if size < LEAST)
    alone = sorted((size, team) for team, size in sizes.items() if size >= LEAST)
    if small and sum(sizes[team] for team in small) < LEAST and alone:
        small.append(alone.pop(0)[1])
    pool = tuple(sorted(small))
    found: dict[str, tuple[str, ...]] = {team: (team,) for _, team in alone}
    if sum(sizes[team] for team in pool) >= LEAST:
        found |= dict.fromkeys(pool, pool)
    return found


@dataclass(frozen=True)
class TotalTable:
    """How many debriefs a closed period held, as a band. Only the release rule makes one."""

    band: Band
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Refuse a table that did not come out of the release rule."""
        _only_sealed(seal)

    @property
    def body(self) -> str:
        """The table as it is kept."""
        return _kept({"band": self.band.value})


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
        _only_sealed(seal)

    @property
    def body(self) -> str:
        """The table as it is kept."""
        shares = {code: share.value for code, share in self.shares}
        return _kept({"leader": self.leader, "question": self.question, "shares": shares})


Table = TotalTable | BreakdownTable


def total(slips: Sequence[tuple[bytes, str]], agreed: Terms, dice: Dice) -> TotalTable:
    """Tell how many debriefs there were, as a band of the capped and noisy count.

    *slips* are (token, code); *dice* decide the noise.
    """
    noisy = len(_capped(slips, agreed.cap, dice)) + laplace(dice, agreed.scale)
    return TotalTable(_band(noisy), _SEAL)


def breakdown(
    slips: Sequence[tuple[bytes, str]], question: str, agreed: Terms, dice: Dice
) -> BreakdownTable:
    """Tell which answer leads and how the answers divide, from capped and noisy counts.

    A leader is named when it is ahead of the next by :data:`CLEAR` scales of the noise.
    """
    counted = Counter(code for _, code in _capped(slips, agreed.cap, dice))
    noisy = {code: counted[code] + laplace(dice, agreed.scale) for code in CODES[question]}
    (first, leader), (second, _) = sorted(
        ((count, code) for code, count in noisy.items()), reverse=True
    )[:2]
    leads = first - second >= CLEAR * agreed.scale
    return BreakdownTable(question, leader if leads else "", _shares(noisy), _SEAL)


def kept(ledger: str, body: str) -> Table:
    """Read a published table back, exactly as it was released."""
    said = json.loads(body)
    if ledger == TOTAL:
        return TotalTable(Band(said["band"]), _SEAL)
    shares = tuple((code, Share(said["shares"][code])) for code in CODES[said["question"]])
    return BreakdownTable(said["question"], said["leader"], shares, _SEAL)


def sentences(table: Table, words: Words) -> tuple[str, ...]:
    """Say a published table to whoever may read it; it never falls silent."""
    if isinstance(table, TotalTable):
        return (words.say(f"counts.total.{table.band.value}"),)
    if not table.leader:
        return (words.say(f"counts.{table.question}.none"),)
    answer = _labels(table.question, words)[table.leader]
    return (words.say(f"counts.{table.question}.leader", answer=answer),)


def chart(table: BreakdownTable, words: Words) -> Chart:
    """Draw how the answers divide, with the same in words for whoever cannot see it."""
    labels, brief = _labels(table.question, words), words.questions[table.question].brief
    rows = [
        words.say(
            "counts.chart.row",
            answer=labels[code],
            share=words.say(f"counts.share.{share.value}"),
        )
        for code, share in table.shares
    ]
    return Chart(
        words.say(f"counts.{table.question}.title"),
        tuple(Bar(brief[code], share) for code, share in table.shares),
        "\n".join([*rows, words.say("counts.chart.accuracy")]),
    )


def _labels(question: str, words: Words) -> dict[str, str]:
    return {option.code: option.label for option in words.questions[question].options}


def _capped(slips: Sequence[tuple[bytes, str]], cap: int, dice: Dice) -> list[tuple[bytes, str]]:
    """At most *cap* slips of each token, which ones being left to the *dice*."""
    seen: Counter[bytes] = Counter()
    counted = []
    for token, code in dice.shuffled(sorted(slips)):
        seen[token] += 1
        if seen[token] <= cap:
            counted.append((token, code))
    return counted


def _band(noisy: int) -> Band:
    return next((band for least, band in _FROM if noisy >= least), Band.FEW)


def _shares(noisy: Mapping[str, int]) -> tuple[tuple[str, Share], ...]:
    seen = {code: max(0, count) for code, count in noisy.items()}
    whole = sum(seen.values())
    return tuple(
        (code, _share(Fraction(count, whole) if whole else Fraction(1, len(seen))))
        for code, count in seen.items()
    )


def _share(part: Fraction) -> Share:
    return min(Share, key=lambda share: abs(Fraction(share.value, 100) - part))


def _only_sealed(seal: object) -> None:
    if seal is not _SEAL:
        raise UnsealedTableError


def _kept(said: Mapping[str, object]) -> str:
    return json.dumps(said, separators=(",", ":"), sort_keys=True)
