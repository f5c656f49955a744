"""Chat adapters, one package per product, and the HTTP helpers they share."""
