"""Build what follows a set-up: the confirmation, and whether its introduction card was posted."""

from enum import Enum

from bot.content.catalogue import LanguagePack
from bot.conversation import parse_product
from bot.domain import surface
from bot.domain.counts.next_release import NextRelease
from bot.domain.people import Team
from bot.elements import ActionRow, Button, Element, Form, Text

Body = tuple[Element, ...]


class CardStatus(Enum):
    """Whether the introduction card was posted; the value is the key of its sentence."""

    POSTED = "posted"
    WAITING = "waiting"
    """It is sent as soon as the product accepts messages."""
    REFUSED = "refused"
    """The channel rejected it, as one that the bot is not in."""
    IN_DOUBT = "in_doubt"
    """It may or may not have been posted, and is never posted again by itself."""


def build_saved_form(
    team: Team,
    next_release: NextRelease | None,
    words: LanguagePack,
    *,
    card_status: CardStatus | None,
    is_question_deferred: bool,
    is_unchanged: bool = False,
) -> Form:
    """Build the confirmation of a saved set-up and its consequences.

    *next_release* is that of the open period, if any. *card_status* is that of the introduction
    card, ``None`` where the set-up queued none. *is_question_deferred* is True when a changed
    question applies from the next period, *is_unchanged* when the set-up is as it was.
    """
    saved_key = "setups.preview.unchanged" if is_unchanged else "supervision.done.saved"
    lines = [words.translate("supervision.done.clinicians")]
    if next_release:
        key = f"supervision.done.{next_release.status_key or 'closes'}"
        lines.append(words.translate(key, day=words.format_day(next_release.day)))
    else:
        lines.append(words.translate("supervision.done.no_period"))
    if is_question_deferred:
        lines.append(words.translate("supervision.done.question"))
    body = (
        Text(words.translate(saved_key, team=team.name)),
        *(_render_card_status(team, card_status, words) if card_status else ()),
        *map(Text, lines),
    )
    return surface.build_note_form(words, _select_title(card_status, words), body)


def build_card_form(team: Team, status: CardStatus, words: LanguagePack) -> Form:
    """Build the form that states whether the introduction card of *team* was posted."""
    body = _render_card_status(team, status, words)
    return surface.build_note_form(words, _select_title(status, words), body)


def _select_title(card_status: CardStatus | None, words: LanguagePack) -> str:
    is_refused = card_status is CardStatus.REFUSED
    return words.translate("supervision.card.title" if is_refused else "supervision.done.title")


def _render_card_status(team: Team, status: CardStatus, words: LanguagePack) -> Body:
    """Render where the card is; one that was not posted has a button that tries again."""
    text = words.translate(f"supervision.card.{status.value}", channel=f"#{{{team.channel}}}")
    if status is CardStatus.REFUSED:
        product = parse_product(team.workspace)
        remedy = words.translate(f"supervision.card.invite_{product}")
        return (Text(text), Text(remedy), _build_retry_row(team, "retry", words))
    if status is CardStatus.WAITING:
        return (Text(text), _build_retry_row(team, "check", words))
    return (Text(text),)


def _build_retry_row(team: Team, label_key: str, words: LanguagePack) -> ActionRow:
    label = words.translate(f"supervision.card.{label_key}")
    return ActionRow((Button("supervision.card", label, data=team.id),))
