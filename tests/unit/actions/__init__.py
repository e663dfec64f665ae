"""Order records, identity checks, limits and what the actions make of them; no model is loaded."""
