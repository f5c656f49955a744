"""Operator commands: argument parser, validated TOML files, deployment checks and metrics."""
