"""What an operator runs: applying the team file, the doctor command and metrics."""
