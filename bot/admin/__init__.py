"""The operator's side of the bot: the command line, the team file, the check-up and the metrics."""
