"""The web server: the only part the internet sees. It verifies, translates, stores and acknowledges."""
