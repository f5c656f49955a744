"""Debriefs of ruptures: the form, the guide and its phrases, follow-ups and printed sheets."""
