"""A debrief that was acknowledged over HTTP is in the sealed ledger, whenever the bot is killed."""

from pathlib import Path

from tests.journeys.botprocess import BotProcess
from tests.journeys.stdlib_slack import run_fake_slack
from tests.journeys.test_main_job import START, file_debrief
from tests.ledger_records import load_records_of

KILLS = 20


def test_twenty_kills_after_an_acknowledgement_lose_no_debrief(tmp_path: Path) -> None:
    """Killed as soon as the answer arrives, twenty times of twenty, the bot has the debrief."""
    with run_fake_slack() as slack:
        bot = BotProcess(tmp_path, slack.api_url, clock_time=START)
        bot.declare_team(clinician_count=KILLS - 1)
        filed_counts = []
        for number in range(KILLS):
            bot.start()
            slack.bot_url = bot.base_url
            answer = file_debrief(slack, number % (KILLS - 1))
            bot.kill()
            assert answer["response_action"] == "update"
            filed_counts.append(count_filed(bot))

    assert filed_counts == [[number + 1] * 2 for number in range(KILLS)]


def count_filed(bot: BotProcess) -> list[int]:
    """Return how many debriefs each open record of *bot* counts."""
    records = load_records_of(bot.database_file, bot.keys_folder)
    return [sum(slot.count for slot in record.slots) for record in records.values()]
