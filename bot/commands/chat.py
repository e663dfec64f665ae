"""``kefu chat``: a conversation in the terminal, through the same core, store and brain as on the web."""

from __future__ import annotations

import argparse
import asyncio
import uuid
from collections.abc import AsyncIterator

from rich.console import Console

from bot import logs, wiring, wiring_demo
from bot.channels.terminal import TerminalChannel, typed_lines
from bot.conversation.accept import accept
from bot.messages import Incoming, Language, OfferedButton, StoredMessage
from bot.settings import Settings

console = Console(stderr=True, highlight=False)


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Talk until end of input; a number presses the button with that number. Raises TrainingFailed."""
    from bot.brain import train

    wiring.prepare(settings)
    logs.configure(settings.home)
    train.ensure_model(settings.home)
    return asyncio.run(_chat(settings, options.language))


async def _chat(settings: Settings, language: Language) -> int:
    shown: list[OfferedButton] = []

    def show(message: StoredMessage) -> None:
        print(f"🤖 {message.text}")
        if message.buttons:
            shown[:] = message.buttons
            labels = (f"[{number}] {button.labels[message.language]}" for number, button in enumerate(shown, 1))
            print("   " + "  ".join(labels))

    assembly = await wiring.assemble(settings, channels={"terminal": TerminalChannel(show)})
    await wiring_demo.seed_demo(settings, assembly.database)
    try:
        with console.status("loading the language model …"):
            await assembly.load_brain()
        console.print("kefu: write a message; a number presses a button; Ctrl-D ends.")
        await _converse(assembly, language, shown, typed_lines())
    finally:
        await assembly.close()
    return 0


async def _converse(
    assembly: wiring.Assembly, language: Language, shown: list[OfferedButton], typed: AsyncIterator[str]
) -> None:
    parts, sender = assembly.parts, uuid.uuid4().hex
    await parts.store.open_conversation("terminal", sender, language=language)
    async for text in typed:
        if not text.strip():
            continue
        button = shown[int(text) - 1] if text.isdecimal() and 0 < int(text) <= len(shown) else None
        incoming = Incoming(
            channel="terminal",
            sender=sender,
            external_id=uuid.uuid4().hex,
            text="" if button else text,
            payload=button.id if button else None,
        )
        accepted = await accept(parts, incoming)
        await assembly.queue.served(accepted.message.conversation_id)
