"""Tests of the measurements' own figures."""
