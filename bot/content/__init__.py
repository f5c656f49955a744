"""Every sentence a person can meet, as data."""
