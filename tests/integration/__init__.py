"""Whole processes, killed and restarted."""
