"""Microsoft Teams adapter: inbound requests, rendering of Adaptive Cards, outbound calls."""
