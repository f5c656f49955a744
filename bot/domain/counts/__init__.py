"""Published counts: the release rule, noise, pseudonyms, reports and exercises."""
