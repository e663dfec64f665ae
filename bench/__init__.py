"""Measurements beside stock Rasa, in one run, on one machine, with one model. ``make bench`` runs them."""
