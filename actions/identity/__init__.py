"""Who may see an order: signed customers, and order number with the phone's last four digits. Knows nothing of Rasa."""
