"""A customer joins chats on two channels, or separates them: handled here before anybody answers (docs/decisions/0021).

All that is said is notices, so it goes on whoever owns the conversation: bot, queue or agent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import structlog

from bot.conversation import notices
from bot.conversation.accept import guess_language
from bot.conversation.compose import notice
from bot.conversation.events import tell_messages, tell_owner, tell_waiting
from bot.conversation.join_words import Kind, Secrets, Wish, new_secrets, wish_in
from bot.joining import Changed, Endpoint, JoinCode, Joining, JoinRefused, Verdict
from bot.messages import Author, Conversation, Delivery, Draft, Language, Owner, StoredMessage
from bot.ports import Parts, TurnRecord

log = structlog.get_logger(__name__)

CUSTOMER = "customer"
GO_ON = "word_go_on"
LOOK_BACK = 20
"""In how many of the latest messages the bot's last words are looked for."""


async def about_joining(parts: Parts, conversation: Conversation, message: StoredMessage, payload: str | None) -> bool:
    """True when the message was about it, and is handled now."""
    joining = parts.joining
    if joining is None:
        return False
    conversation = await _seen_from(joining, conversation, message.endpoint)
    wish = wish_in(message.text, payload, joining.rules.words)
    code = await joining.joins.claimed(message.endpoint)
    if code is not None and code.message_id != message.id:
        if wish is not None and wish.kind is Kind.YES:
            await _join(parts, joining, conversation, message, code)
            return True
        # Only the very next message can say yes: a later one may answer another question.
        await joining.joins.drop_claim(message.endpoint)
        if wish is not None and wish.kind is Kind.NO:
            await _say(parts, conversation, message, notices.JOIN_DECLINED)
            return True
    if wish is None or (payload is None and wish.kind in (Kind.YES, Kind.NO)):
        return False
    if payload is None and wish.kind in (Kind.START, Kind.UNLINK):
        conversation = await _speaking(parts, conversation, guess_language(message.text))
    if wish.kind is Kind.CODE:
        await _claim(parts, joining, conversation, message, wish.hash)
    elif wish.kind is Kind.START:
        await _say_draft(parts, message, await offer(parts, joining, conversation, wish.channel, message.id))
    elif wish.kind is Kind.UNLINK:
        await _unlink(parts, joining, conversation, message)
    else:
        late = notices.JOIN_REFUSED if wish.kind is Kind.YES else notices.JOIN_DECLINED
        await _say(parts, conversation, message, late)
    return True


async def offer(parts: Parts, joining: Joining, conversation: Conversation, wanted: str | None, made_for: str) -> Draft:
    """What to do to go on elsewhere: a code, with a link where the channel has one. ``made_for``: used once."""
    taken, free = await _taken_and_free(joining, conversation)
    there = wanted or (free[0] if len(free) == 1 else None)
    if there is not None and there in taken:
        return _notice(parts, conversation, notices.JOIN_ALREADY, channel=word(there))
    if not free:
        return _notice(parts, conversation, notices.JOIN_NOWHERE)
    if there is not None and there not in free:
        return _notice(parts, conversation, notices.JOIN_NOT_THERE, channel=word(there), channels=[*map(word, free)])
    made = new_secrets()
    if not await joining.joins.make_code(conversation, made_for, made.hashes(), joining.rules):
        return _notice(parts, conversation, notices.JOIN_LATER)
    given = {"code": made.code, "minutes": int(joining.rules.code_lasts.total_seconds() // 60)}
    if there is None:
        return _notice(parts, conversation, notices.JOIN_CODE_ELSEWHERE, channels=[*map(word, free)], **given)
    link = await _link(joining, there, made)
    if link is None:
        return _notice(parts, conversation, notices.JOIN_CODE, channel=word(there), **given)
    return _notice(parts, conversation, notices.JOIN_LINK, channel=word(there), link=link, **given)


async def ways_on(parts: Parts, conversation: Conversation) -> dict[str, dict[Language, str]]:
    """Each channel where this customer could go on, and what they say to do so: only words that are understood."""
    joining = parts.joining
    if joining is None:
        return {}
    _, free = await _taken_and_free(joining, conversation)
    ways = {channel: dict(parts.responses.render(GO_ON, {"channel": word(channel)}).texts) for channel in free}
    words = joining.rules.words
    return {
        channel: texts
        for channel, texts in ways.items()
        if all(wish_in(text, None, words) == Wish(Kind.START, channel) for text in texts.values())
    }


async def _taken_and_free(joining: Joining, conversation: Conversation) -> tuple[set[str], list[str]]:
    """The channels that the customer is on already, and the other ones that are served."""
    taken = {each.channel for each in joined(await joining.joins.endpoints(conversation.id))}
    return taken, sorted(channel for channel in joining.served if channel not in taken)


async def separate(
    parts: Parts,
    joining: Joining,
    conversation_id: str,
    endpoints: Sequence[Endpoint],
    by: str,
    message: StoredMessage | None = None,
) -> None:
    """These endpoints are chats of their own again; everybody concerned is told. ``message`` asked for it."""
    home = await parts.store.conversation(conversation_id)
    own = next(each for each in await joining.joins.endpoints(home.id) if each.id == home.id)
    agent = None if by == CUSTOMER else by
    gone = _notice(parts, home, notices.PARTED, channels=_named(parts, endpoints))
    drafts = {home.id: [replace(gone, endpoint=home.id, agent=agent)]}
    for each in endpoints:
        told = _notice(parts, home, notices.PARTED, channels=_named(parts, [own]))
        drafts[each.id] = [replace(told, endpoint=each.id, agent=agent)]
    changed = await joining.joins.part(home.id, [each.id for each in endpoints], by, drafts, message)
    log.info("chats_parted", conversation=home.id, parted=[each.id for each in endpoints], by=by)
    await _tell(parts, changed, message)


def joined(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """Where the customer can be reached now: without those that were parted."""
    return [each for each in endpoints if each.parted_at is None]


def _named(parts: Parts, endpoints: Sequence[Endpoint]) -> Mapping[str, str]:
    """Their channels in one line."""
    texts = [parts.responses.render(f"word_channel_{each.channel}").texts for each in endpoints]
    return {"zh": "、".join(text["zh"] for text in texts), "en": ", ".join(text["en"] for text in texts)}


def word(channel: str) -> Mapping[str, Any]:
    """The channel's name, as an argument of a response."""
    return {"key": f"word_channel_{channel}"}


async def _claim(
    parts: Parts, joining: Joining, conversation: Conversation, message: StoredMessage, given: str
) -> None:
    claim = await joining.joins.claim(message, given, joining.rules)
    log.info("join_code_typed", conversation=conversation.id, message=message.id, verdict=claim.verdict.value)
    if claim.verdict is Verdict.FOUND and claim.code is not None:
        conversation = await _in_their_language(parts, conversation, message, claim.code)
        asked = {
            "channel": word(claim.code.channel),
            "at": {"datetime": claim.code.made_at.isoformat()},
            "here": word(conversation.channel),
        }
        await _say(parts, conversation, message, notices.JOIN_CONFIRM, asked)
        return
    refusals = {Verdict.OWN: notices.JOIN_OWN, Verdict.TAKEN: notices.JOIN_TAKEN}
    await _say(parts, conversation, message, refusals.get(claim.verdict, notices.JOIN_REFUSED))


async def _in_their_language(
    parts: Parts, conversation: Conversation, message: StoredMessage, code: JoinCode
) -> Conversation:
    """A code says nothing of a language; who has said nothing else here is spoken to as where it was made."""
    earlier = await parts.store.history(conversation.id, limit=LOOK_BACK)
    if any(each.author is Author.CUSTOMER and each.id != message.id for each in earlier):
        return conversation
    return await _speaking(parts, conversation, (await parts.store.conversation(code.home_id)).language)


async def _speaking(parts: Parts, conversation: Conversation, language: Language) -> Conversation:
    """The bot, which otherwise follows the customer's language, is not asked here."""
    if language == conversation.language:
        return conversation
    await parts.store.set_language(conversation.id, language)
    return replace(conversation, language=language)


async def _join(
    parts: Parts, joining: Joining, conversation: Conversation, message: StoredMessage, code: JoinCode
) -> None:
    home = await parts.store.conversation(code.home_id)
    here = _notice(parts, conversation, notices.JOINED, channel=word(code.channel))
    there = _notice(parts, home, notices.JOINED_ELSEWHERE, channel=word(conversation.channel))
    drafts = [replace(here, endpoint=message.endpoint), replace(there, endpoint=home.endpoint)]
    question = await _last_words(parts, home, message.endpoint)
    try:
        changed = await joining.joins.join(message, code, drafts, question)
    except JoinRefused as refused:
        log.info("join_refused", conversation=conversation.id, home=home.id, reason=str(refused))
        await _say(parts, conversation, message, notices.JOIN_REFUSED)
        return
    log.info("chats_joined", conversation=conversation.id, home=home.id, by=code.by)
    await _tell(parts, changed, message)


async def _unlink(parts: Parts, joining: Joining, conversation: Conversation, message: StoredMessage) -> None:
    """On a joined endpoint it leaves; where the conversation began, all others do."""
    others = joined(await joining.joins.endpoints(conversation.id))[1:]
    leaving = [each for each in others if each.id == message.endpoint] or others
    if leaving:
        await separate(parts, joining, conversation.id, leaving, CUSTOMER, message)
    else:
        await _say(parts, conversation, message, notices.NOT_JOINED)


async def _last_words(parts: Parts, home: Conversation, endpoint: str) -> Draft | None:
    """What the bot said last, said again where the customer is now: they go on where they were."""
    if home.owner is not Owner.BOT:
        return None
    latest = await parts.store.history(home.id, after=home.last_seq - LOOK_BACK)
    said = [each for each in latest if each.author is Author.BOT and each.delivery is not Delivery.HELD]
    if not said:
        return None
    last = said[-1]
    return Draft(
        author=Author.BOT,
        text=last.text,
        language=last.language,
        key=last.key,
        arguments=last.arguments,
        texts=last.texts,
        buttons=tuple(replace(button, id=uuid4().hex) for button in last.buttons),
        card=last.card,
        endpoint=endpoint,
    )


async def _link(joining: Joining, channel: str, made: Secrets) -> str | None:
    make = joining.links.get(channel)
    if make is None:
        return None
    try:
        return await make(made.link)
    except Exception as error:
        # The code does as well.
        log.warning("join_link_not_made", channel=channel, error=repr(error))
        return None


async def _seen_from(joining: Joining, conversation: Conversation, endpoint: str) -> Conversation:
    if endpoint == conversation.endpoint:
        return conversation
    there = {each.id: each for each in await joining.joins.endpoints(conversation.id)}.get(endpoint)
    if there is None:
        return conversation
    return replace(conversation, channel=there.channel, sender=there.sender, endpoint=there.id)


def _notice(parts: Parts, conversation: Conversation, key: str, **arguments: Any) -> Draft:
    return notice(parts.responses, key, conversation.language, arguments)


async def _say(
    parts: Parts,
    conversation: Conversation,
    message: StoredMessage,
    key: str,
    arguments: Mapping[str, Any] | None = None,
) -> None:
    await _say_draft(parts, message, _notice(parts, conversation, key, **(arguments or {})))


async def _say_draft(parts: Parts, message: StoredMessage, draft: Draft) -> None:
    decision = {"responder": "joining", "said": draft.key}
    record = TurnRecord(message, None, drafts=[replace(draft, in_reply_to=message.id)], decision=decision)
    written = await parts.store.record_turn(record)
    await tell_messages(parts.notifier, message.conversation_id, [message, *written])


async def _tell(parts: Parts, changed: Changed, message: StoredMessage | None) -> None:
    """Every open page looks again, and the queue at both conversations."""
    for said in [*([message] if message else []), *changed.written]:
        await tell_messages(parts.notifier, said.conversation_id, [said])
    for conversation_id in changed.conversations:
        await parts.queue.ring(conversation_id)
        await tell_owner(parts.notifier, conversation_id)
    await tell_waiting(parts)
