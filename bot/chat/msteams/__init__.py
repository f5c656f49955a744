"""Microsoft Teams: what comes in, how it looks, what goes out."""
