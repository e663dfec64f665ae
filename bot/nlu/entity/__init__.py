"""Entities that rules find, a kind a file. No Rasa; everything works on folded text (lang.normalize.fold)."""
