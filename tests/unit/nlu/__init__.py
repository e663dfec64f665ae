"""Tests of the understanding; only ``test_pipeline`` imports Rasa."""
