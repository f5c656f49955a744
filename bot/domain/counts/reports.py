"""What a supervisor reads: an agreement once, then published tables in words and as a chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.catalogue import Words
from bot.domain.counts import exercises, release_rule
from bot.domain.counts.release_rule import Table
from bot.domain.people import Team
from bot.elements import (
    Actions,
    Button,
    Divider,
    Element,
    Form,
    Heading,
    Menu,
    Message,
    Option,
    Small,
    Text,
)
from bot.errors import UnknownAnswerError

QUESTIONS = 6
"""How many questions for the next hour together take turns."""

MOST_STEPS = 5
"""As many steps as stand in one row or one menu."""

LONGEST_NAME = 60
"""Of a team's name, on a button or in a list of at most 75 characters."""

Body = tuple[Element, ...]


@dataclass(frozen=True)
class Published:
    """One published table of a team; ``shared`` when it tells several teams together.

    ``opens`` and ``closes`` are Mondays: the first is in the period, the second is not.
    ``cap`` is how many debriefs a person counts for.
    """

    opens: date
    closes: date
    cap: int
    shared: bool
    table: Table

    @property
    def ledger(self) -> str:
        """Which of the two ledgers it closed."""
        return (
            release_rule.TOTAL
            if isinstance(self.table, release_rule.TotalTable)
            else release_rule.BREAKDOWN
        )


@dataclass(frozen=True)
class Shelf:
    """Everything that was published of one team, newest first, and when the next table comes.

    ``others`` are the other teams whose tables the same person may read; ``by_role`` says
    that they read as supervisor or director, rather than as one of the team. ``week`` is
    any running number of the week, by which exercises take turns before the first table.
    """

    team: Team
    tables: tuple[Published, ...]
    closes: date | None
    others: tuple[Team, ...] = ()
    by_role: bool = True
    week: int = 0

    def at(self, closes: date | None) -> tuple[Published, ...]:
        """The tables told on *closes*; with ``None`` the newest of each ledger."""
        if closes is not None:
            return tuple(one for one in self.tables if one.closes == closes)
        newest: dict[str, Published] = {}
        for one in self.tables:
            newest.setdefault(one.ledger, one)
        return tuple(newest.values())


def refused(words: Words, *, on_roster: bool) -> Message:
    """Say kindly that these counts are not this person's to open, and who may open them."""
    lines = [words.say("debriefs.refused.text")]
    if on_roster:
        lines.append(words.say("debriefs.refused.roster"))
    return Message(words.say("debriefs.refused.summary"), tuple(Text(line) for line in lines))


def agreement(words: Words) -> Form:
    """Ask a supervisor, before the first table, to read it as it is meant."""
    return Form(
        "agreement",
        words.say("debriefs.title"),
        (
            Heading(words.say("debriefs.agreement.heading")),
            Text(words.say("debriefs.agreement.why")),
            Text(f"**{words.say('debriefs.agreement.pledge')}**"),
            Small(words.say("debriefs.agreement.once")),
        ),
        submit=words.say("debriefs.agreement.agree"),
        close=words.say("common.cancel"),
    )


def page(shelf: Shelf, closes: date | None, words: Words) -> Message:
    """Show what was told on *closes*, or the newest; before the first table, when it comes.

    Never anything of a period that is open.
    """
    tables = shelf.at(closes)
    told = _told(shelf, tables, words) if tables else _nothing_yet(shelf, words)
    body = (
        Heading(words.say("debriefs.heading", team=shelf.team.name)),
        *told,
        *_steps(shelf, tables, closes, words),
    )
    return Message(words.say("debriefs.summary"), body)


def read_data(data: str) -> tuple[str, date | None]:
    """Read which team and which period a button carried; UnknownAnswerError when forged."""
    team_id, _, told = data.partition(":")
    try:
        return team_id, date.fromisoformat(told) if told else None
    except ValueError:
        raise UnknownAnswerError from None


def _nothing_yet(shelf: Shelf, words: Words) -> Body:
    team = shelf.team.name
    when = (
        words.say("debriefs.first.date", team=team, day=words.day(shelf.closes))
        if shelf.closes
        else words.say("debriefs.first.small", team=team)
    )
    exercise = exercises.of_week((), shelf.week, words)
    meanwhile = words.say("debriefs.first.meanwhile")
    return Text(when), Text(meanwhile), *exercises.shown(exercise, words)


def _told(shelf: Shelf, tables: Sequence[Published], words: Words) -> Body:
    body: list[Element] = [Small(words.say("counts.caption.head"))]
    for one in tables:
        body += [Divider(), *_one(one, words)]
    body += [Divider(), *_together(tables, words), Small(words.say("counts.caption.foot"))]
    if not shelf.by_role:
        body.append(Small(words.say("debriefs.period.everyone")))
    if shelf.closes:
        body.append(Small(words.say("debriefs.period.next", day=words.day(shelf.closes))))
    return tuple(body)


def _one(published: Published, words: Words) -> Body:
    facts = _span(published, words) | {"told": words.dated(published.closes)}
    shared = (Small(words.say("debriefs.period.shared")),) if published.shared else ()
    return (
        Small(words.say("debriefs.period.span", **facts)),
        *(Text(sentence) for sentence in release_rule.sentences(published.table, words)),
        *_chart(published.table, words),
        *shared,
        Small(words.say("debriefs.period.cap", count=published.cap)),
    )


def _chart(table: Table, words: Words) -> Body:
    return (
        (release_rule.chart(table, words),)
        if isinstance(table, release_rule.BreakdownTable)
        else ()
    )


def _span(published: Published, words: Words) -> dict[str, str]:
    last = published.closes - timedelta(days=1)
    return {"opens": words.dated(published.opens), "closes": words.dated(last)}


def _together(tables: Sequence[Published], words: Words) -> Body:
    """A question for the team's next hour, and ten minutes of practice for what led."""
    week = tables[0].closes.toordinal() // 7
    heading = words.say("debriefs.discuss.heading")
    question = words.say(f"debriefs.discuss.q{week % QUESTIONS + 1}")
    exercise = exercises.of_week([one.table for one in tables], week, words)
    return Text(f"**{heading}**\n{question}"), *exercises.shown(exercise, words)


def _steps(
    shelf: Shelf, shown: Sequence[Published], closes: date | None, words: Words
) -> tuple[Actions, ...]:
    newest = closes is not None
    label = words.say("debriefs.other.newest")
    steps: list[Button | Menu] = [_button(shelf.team, label)] if newest else []
    steps += _earlier(shelf, shown, words)
    for team in shelf.others:
        steps.append(_button(team, words.say("debriefs.other.team", team=team.name[:LONGEST_NAME])))
    rows = range(0, len(steps), MOST_STEPS)
    return tuple(Actions(tuple(steps[row : row + MOST_STEPS])) for row in rows)


def _earlier(shelf: Shelf, shown: Sequence[Published], words: Words) -> list[Button | Menu]:
    """The way to earlier periods: a step for one, a menu for several."""
    oldest = min((one.closes for one in shown), default=date.min)
    before = {one.closes: one for one in shelf.tables if one.closes < oldest}
    options = tuple(
        Option(f"{shelf.team.id}:{one.closes}", _labelled(one, words))
        for one in tuple(before.values())[:MOST_STEPS]
    )
    if len(options) == 1:
        return [Button("debriefs.period", options[0].label, options[0].code)]
    return (
        [Menu("debriefs.period", words.say("debriefs.other.periods"), options)] if options else []
    )


def _labelled(published: Published, words: Words) -> str:
    return words.say("debriefs.other.period", **_span(published, words))


def _button(team: Team, label: str) -> Button:
    return Button("debriefs.period", label, f"{team.id}:")
