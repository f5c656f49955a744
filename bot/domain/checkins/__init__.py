"""The weekly check-in: its question, schedule, frequency and preferences."""
