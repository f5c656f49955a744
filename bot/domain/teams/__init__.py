"""A team's set-up: its form, validation, time zones, holiday regions and welcome card."""
