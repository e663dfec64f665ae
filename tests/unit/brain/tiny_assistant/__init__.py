"""A very small trained assistant with which the brain is tested; it trains in a few seconds."""
