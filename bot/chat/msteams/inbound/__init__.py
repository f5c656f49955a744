"""Teams requests: token validation, parsing, and conversion to product-neutral requests."""
