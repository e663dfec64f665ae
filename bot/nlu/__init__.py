"""Understanding of one message: Rasa graph components, thin over ``lang``; nothing here knows the shop's intents."""
