"""Attune: a bot for clinical team supervision, its rooms and their one vocabulary."""
