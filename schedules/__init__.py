"""What the clock brings about, one file a duty."""
