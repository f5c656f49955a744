"""The sandbox on a terminal, by typed commands."""
