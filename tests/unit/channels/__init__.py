"""Channels: pure parts, and calls to a platform."""
