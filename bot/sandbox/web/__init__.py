"""The sandbox's HTTP server and the JSON representation of its screen."""
