"""Tests of the text primitives; none of them imports Rasa."""
