"""The brain: Rasa behind one method, ``reply(turn) -> BotTurn``."""
