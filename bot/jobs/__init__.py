"""What is done by the clock rather than on a customer's message. One process of several runs it."""
