"""A person's own page: what the bot is, their next check-in, and everything kept about them."""

from bot.content.catalogue import Catalogue, Words
from bot.domain.checkins.frequency import SILENT
from bot.domain.person import personal_data, privacy_notice
from bot.domain.person.personal_data import Portrait
from bot.elements import (
    Actions,
    Banner,
    Button,
    Confirm,
    Divider,
    Element,
    Heading,
    Home,
    Menu,
    Option,
    Small,
    Text,
)

Body = tuple[Element, ...]


def spoken(catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """The languages on offer: each one's tag and its own name."""
    return tuple((tag, catalogue.words(tag).name) for tag in catalogue.languages)


def page(known: Portrait, words: Words, languages: tuple[tuple[str, str], ...]) -> Home:
    """Compose the page for whoever opens it: clinician, supervisor or stranger.

    *languages* are the tags and own names of the languages on offer.
    """
    return Home(
        (
            *_welcome(words),
            *_roles(known, words),
            Divider(),
            *_next(known, words),
            Divider(),
            Heading(words.say("home.see.heading")),
            Text(words.prose(privacy_notice.policy(words, known.team, known.closes))),
            Divider(),
            *_mine(known, words, languages),
            Divider(),
            *_help(words),
        )
    )


def _welcome(words: Words) -> Body:
    debrief = Button(
        "rupture.open", words.say("common.step.debrief"), primary=True, opens_form=True
    )
    tip = Button("tip.today", words.say("common.step.tip"), opens_form=True)
    return (
        Heading(words.say("home.intro.heading")),
        Text(words.say("home.intro.text")),
        Actions((debrief, tip)),
    )


def _roles(known: Portrait, words: Words) -> Body:
    steps: list[Button] = []
    said: list[str] = []
    if known.reads:
        said.append(words.say("home.counts.text"))
        steps.append(Button("debriefs.open", words.say("common.step.counts")))
    if known.supervises:
        said.append(words.say("home.supervision.text"))
        label = words.say("common.step.supervision")
        steps.append(Button("supervision.open", label, opens_form=True))
    if not steps:
        return ()
    return (Divider(), Text(words.prose(said)), *_closed(known, words), Actions(tuple(steps)))


def _closed(known: Portrait, words: Words) -> Body:
    """Say whose channel takes no messages, to the one who can mend it."""
    teams = words.list(team.name for team in known.supervises if team.unreachable)
    return (Banner(words.say("home.supervision.closed", teams=teams)),) if teams else ()


def _next(known: Portrait, words: Words) -> Body:
    heading, at = Heading(words.say("home.next.heading")), known.next_at
    if at:
        when = words.say("home.next.at", day=words.day(at.date()), time=words.time(at.time()))
        return (heading, Text(when), Actions(_controls(known, words)))
    if known.clinician.joined and known.clinician.quiet >= SILENT:
        more = Button("checkin.again", words.say("common.step.again"), primary=True)
        rests = Text(words.say("home.next.silent"))
        return (heading, rests, Actions((more, *_controls(known, words))))
    invite = Text(words.say("home.next.invite"))
    if known.team is None:
        return (heading, invite, Small(words.say("home.next.how_to_join")))
    join = Button("checkin.join", words.say("common.step.join"))
    return (heading, invite, Actions((join,)))


def _controls(known: Portrait, words: Words) -> tuple[Button, ...]:
    paused = known.clinician.paused_until is not None
    rest = (
        Button("checkin.resume", words.say("home.step.resume"))
        if paused
        else Button("checkin.pause", words.say("home.step.pause"), opens_form=True)
    )
    settings = Button("checkin.settings", words.say("common.step.settings"), opens_form=True)
    leave = Button("checkin.leave", words.say("home.step.leave"), confirm=_sure(words))
    return (settings, rest, leave)


def _sure(words: Words) -> Confirm:
    return Confirm(*(words.say(f"home.leave.{part}") for part in ("title", "text", "yes", "no")))


def _mine(known: Portrait, words: Words, languages: tuple[tuple[str, str], ...]) -> Body:
    listed = "\n".join(f"• {line}" for line in personal_data.lines(known, words))
    body: Body = (Heading(words.say("home.mine.heading")), Text(listed))
    if len(languages) > 1:
        options = tuple(Option(tag, name) for tag, name in languages)
        menu = Menu("home.language", words.say("home.language.label"), options)
        return (*body, Actions((menu,)))
    return body


def _help(words: Words) -> Body:
    steps = (
        Button("help.open", words.say("common.step.help"), opens_form=True),
        Button("kept", words.say("common.step.kept"), opens_form=True),
    )
    return (
        Heading(words.say("home.help.heading")),
        Text(words.say("home.help.text")),
        Actions(steps),
        Small(words.say("source.attribution", url=words.references["source"].url)),
    )
