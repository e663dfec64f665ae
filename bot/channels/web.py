"""The web channel: the stored history is the delivery; open pages get a hint to read on."""

from __future__ import annotations

from bot.messages import Conversation, StoredMessage
from bot.ports import Notifier


class WebChannel:
    """Sending twice is harmless: a page reads after its last ``seq`` and shows each message once."""

    name = "web"
    resendable = True

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        await self._notifier.publish(conversation.id, {"type": "message", "seq": message.seq})
