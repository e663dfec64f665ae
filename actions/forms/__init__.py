"""The one form of all services: which questions they ask, what the rules allow, and what is done in the end."""
