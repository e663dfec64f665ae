"""Sends codes nowhere but to the terminal that runs the shop: for the demo, and until a real sender is set up."""

from __future__ import annotations

import sys


class ConsoleSender:
    """Implements ``codes.CodeSender``. Not through the log, which is kept."""

    async def send(self, customer_id: str, code: str, language: str) -> None:
        print(f"kefu: one-time code for customer {customer_id}: {code}", file=sys.stderr, flush=True)  # noqa: T201
