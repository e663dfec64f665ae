"""A shop's own database, read and changed as ``rules/records.yml`` says: no code for any schema."""
