"""Conversations as transcripts, in both languages, through the core with the real model, actions and articles."""
