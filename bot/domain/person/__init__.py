"""A person's home page, the privacy notice and the data stored about a person."""
