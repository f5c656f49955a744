"""A person's own page, the privacy notice and the data stored about them."""
