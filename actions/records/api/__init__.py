"""A shop's own API as its order records; the contract is docs/order-records.openapi.yml."""
