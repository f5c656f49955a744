"""A team's set-up: its form, parsing and validation, time zones, holiday regions, welcome card."""
