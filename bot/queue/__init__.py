"""Doorbells and live events: what wakes a conversation's handling, and what wakes open pages."""
