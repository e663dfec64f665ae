"""Tests of single parts, without Rasa where it can be helped."""
