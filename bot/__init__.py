"""The bot: gateway, conversation core, brain, stores. Start reading at ``__main__.py``."""
