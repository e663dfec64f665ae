"""The brain: its parts, its training, and turns through a tiny trained model."""
