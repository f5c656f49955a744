"""The version of this release by Semantic Versioning 2.0.0, read by the package and manifests."""

VERSION = "0.1.0"
