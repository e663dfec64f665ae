"""The shop's order records: tables, reading and changing them, demo data. Knows nothing of Rasa."""
