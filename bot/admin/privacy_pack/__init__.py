"""The privacy pack: a document for privacy officers, generated from the code and the settings."""
