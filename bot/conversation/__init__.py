"""The conversation core: who answers, what is recorded, when a human takes over. No HTTP, no SQL, no Rasa."""
