"""The products, each in a room of its own."""
