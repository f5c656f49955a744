"""Installation from a link by OAuth: its pages, its state, and the tokens of each workspace."""
