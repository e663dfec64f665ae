"""The conversation core with hand-written fakes around it."""
