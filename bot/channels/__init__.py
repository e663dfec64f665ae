"""Channels: each verifies, translates and sends for one platform, and nothing else."""
