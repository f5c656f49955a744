"""The version of this release, by Semantic Versioning 2.0.0: the one place that states it."""

VERSION = "0.1.0"
