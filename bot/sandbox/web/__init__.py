"""The sandbox's HTTP server and the JSON views of its page."""
