"""All faults that the bot is tested against."""

from tests.faults import client_faults, database_faults, process_faults, slack_faults, socket_faults

FAULTS = (
    *database_faults.FAULTS,
    *slack_faults.FAULTS,
    *socket_faults.FAULTS,
    *process_faults.FAULTS,
    *client_faults.FAULTS,
)
