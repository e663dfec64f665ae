"""The brain: Rasa behind one method, ``reply(turn) -> BotTurn``. With bot/nlu and actions, all that knows Rasa."""

import os

# Read when TensorFlow and SQLAlchemy are imported, which Rasa does first thing: no pages of notes on our stderr.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
