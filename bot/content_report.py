"""Report on the content that an operator has added, at the start and in the check-up."""

from bot.command_output import print_faults, print_sentence
from bot.content.catalogue import LanguagePack
from bot.served_content import list_card_faults, load_own_catalogues, load_served_content
from bot.settings import Settings


def print_content_report(config: Settings, words: LanguagePack) -> None:
    """Print the number of custom cards in use, of workspaces with their own, and every fault."""
    content = load_served_content(config)
    own = load_own_catalogues(config, content)
    if config.cards_folder:
        facts = {"own": content.own_card_count, "retired": content.retired_card_count}
        print_sentence(words.translate("operator.cards.in_use", **facts))
    if own:
        print_sentence(words.translate("operator.workspaces.in_use", count=len(own)))
    if faults := list_card_faults((content, *own.values())):
        print_sentence(words.translate("operator.cards.heading"))
        print_faults(faults, words)
