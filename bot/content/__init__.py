"""The content catalogue: every text of the bot as TOML files, one folder per language."""
