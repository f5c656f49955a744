"""Report on custom content (cards, workspaces file): printed at startup and by ``doctor``."""

from bot.command_output import print_faults, print_sentence
from bot.content.catalogue import LanguagePack
from bot.served_content import list_card_faults, load_served_content, load_workspace_catalogues
from bot.settings import Settings


def print_content_report(config: Settings, words: LanguagePack) -> None:
    """Load the custom content, and print its counts and validation faults to standard error.

    A faulty card is reported and raises nothing. Raises :class:`bot.errors.FaultyInputError` for
    any other fault of the workspaces file.
    """
    content = load_served_content(config)
    catalogues = load_workspace_catalogues(config, content)
    if config.cards_folder:
        facts = {"own": content.own_card_count, "retired": content.retired_card_count}
        print_sentence(words.translate("operator.cards.in_use", **facts))
    if catalogues:
        print_sentence(words.translate("operator.workspaces.in_use", count=len(catalogues)))
    if faults := list_card_faults((content, *catalogues.values())):
        print_sentence(words.translate("operator.cards.heading"))
        print_faults(faults, words)
