"""Who answers follows from the owner alone."""

from __future__ import annotations

import pytest

from bot.conversation.choose_responder import BACK_TO_BOT, Responder, choose_responder
from bot.messages import Owner


@pytest.mark.parametrize(
    ("owner", "payload", "responder"),
    [
        (Owner.BOT, None, Responder.BOT),
        (Owner.BOT, "/track_order", Responder.BOT),
        (Owner.BOT, BACK_TO_BOT, Responder.BACK_TO_BOT),
        (Owner.WAITING, None, Responder.NOTICES),
        (Owner.WAITING, "/track_order", Responder.NOTICES),
        (Owner.WAITING, BACK_TO_BOT, Responder.BACK_TO_BOT),
        (Owner.AGENT, None, Responder.AGENT),
        (Owner.AGENT, "/track_order", Responder.AGENT),
        (Owner.AGENT, BACK_TO_BOT, Responder.AGENT),
        (Owner.CLOSED, None, Responder.REOPEN),
        (Owner.CLOSED, BACK_TO_BOT, Responder.REOPEN),
    ],
)
def test_owner_and_payload_choose(owner: Owner, payload: str | None, responder: Responder) -> None:
    assert choose_responder(owner, payload) is responder
