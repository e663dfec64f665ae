"""Tests of the web server, its routes and its shared HTTP helpers."""
