"""Tests: unit, contracts, scenarios, browser."""
