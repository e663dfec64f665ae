"""The order records of other shops: the mapping file, the API client, the circuit; no model is loaded."""
