"""Where the project's own files lie."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
"""Holds config.yml, domain.yml and data/; the model is trained from there and its actions are imported from there."""

KNOWN_RASA = "3.6.21"
"""The version our speed-ups were measured and checked with; on another one they step aside."""
