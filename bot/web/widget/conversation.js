/* One customer's conversation without its looks: session, history, outbox and live stream, kept in step. */

import { createApi } from './api.js';
import { createHistory, pressable } from './history.js';
import { createOutbox } from './outbox.js';
import { createSession } from './session.js';
import { createStream } from './stream.js';

const TYPING = 10000; // milliseconds after which "is typing" is no longer believed
const TELL_TYPING = 3000; // milliseconds between telling a person that the customer types

/** `language()` is the interface's; `onChange()` follows everything worth showing; `onNotice(key)` is said once. */
export function createConversation({ storage, language, onChange, onNotice }) {
  const api = createApi(language);
  const session = createSession({ storage, api, language, onRefused: () => onNotice('unconfirmed') });
  let history = createHistory();
  let outbox = null;
  let stream = null;
  let typing = 0;
  let toldTyping = 0;
  let where = '';
  const state = { owner: 'bot', place: null, agent: null, typing: null, connection: 'idle' };

  function stopTyping() {
    clearTimeout(typing);
    state.typing = null;
  }

  /** This chat was joined with another one, or separated: what is shown begins anew. */
  function isElsewhere({ conversation }) {
    const before = where;
    where = conversation || before;
    if (!before || where === before) return false;
    disconnect();
    session.keep({ read: 0 });
    connect();
    return true;
  }

  function receive(frame) {
    if (isElsewhere(frame)) return;
    if (frame.type === 'message') {
      const { message } = frame;
      if (!history.add(message)) return;
      if (message.author === 'customer') outbox.forget(message.client_id);
      else stopTyping();
    } else if (frame.type === 'ready' || frame.type === 'owner') {
      state.owner = frame.owner;
      state.place = frame.place;
      state.agent = frame.agent;
      if (frame.type === 'ready') tellLanguage();
    } else if (frame.type === 'place') {
      state.place = frame.place;
    } else if (frame.type === 'typing') {
      stopTyping();
      state.typing = frame.author;
      typing = setTimeout(() => { stopTyping(); onChange(); }, TYPING);
    }
    onChange();
  }

  /** The server's replies follow the interface's language until the customer writes in another one. */
  function tellLanguage() {
    const kept = session.current();
    if (!kept || !stream || kept.language === language()) return;
    if (stream.send({ type: 'language', language: language() })) session.keep({ language: language() });
  }

  function connect() {
    const kept = session.current();
    if (stream || !kept) return;
    stream = createStream({
      api,
      session: kept.session,
      after: history.last,
      onFrame: receive,
      onState(name) {
        state.connection = name;
        if (name !== 'offline') outbox.retry();
        onChange();
      },
      onUnknown: () => renew(kept.session),
    });
  }

  function disconnect() {
    if (stream) stream.stop();
    stream = null;
    where = '';
    history = createHistory();
    stopTyping();
    Object.assign(state, { owner: 'bot', place: null, agent: null, connection: 'idle' });
  }

  /** The server no longer knows this session; what is unsent goes into the next one. */
  function renew(token) {
    session.drop(token);
    if (session.current()) return; // another tab was faster; its session is taken up by the next send
    disconnect();
    outbox.withoutPayloads();
    onNotice('renewed');
    onChange();
    outbox.retry();
  }

  async function deliver(item) {
    const kept = await session.ensure();
    connect();
    try {
      const body = { session: kept.session, client_id: item.client_id };
      await api.send(item.payload ? { ...body, payload: item.payload } : { ...body, text: item.text });
    } catch (error) {
      if (error.status === 401) renew(kept.session);
      throw error;
    }
  }

  function openOutbox() {
    outbox = createOutbox({
      storage,
      key: session.keyFor('outbox'),
      deliver,
      onChange,
      onSent(item) {
        if (history.has(item.client_id)) outbox.forget(item.client_id);
        if (stream) stream.nudge();
      },
    });
  }

  return {
    state,
    /** Takes up where this browser was; `identity` is a JWT of the shop's site or ''. Also a later change of it. */
    start(identity) {
      const isOther = session.identify(identity);
      if (outbox && !isOther) return;
      if (outbox) outbox.stop();
      disconnect();
      openOutbox();
      connect();
      outbox.retry();
      onChange();
    },
    send: (words) => outbox.add(words),
    retry: () => outbox.retry(),
    forget(clientId) {
      outbox.forget(clientId);
      onChange();
    },
    tellLanguage,
    /** Only a person wants to know. */
    tellTyping() {
      if (state.owner !== 'agent' || !stream || Date.now() - toldTyping < TELL_TYPING) return;
      toldTyping = Date.now();
      stream.send({ type: 'typing' });
    },
    hasBegun: () => Boolean(session.current()),
    /** `{message, item}` in reading order: what the server numbered, then what is still on its way. */
    entries() {
      const confirmed = history.list().map((message) => ({ message, item: null }));
      const unsent = outbox.items().filter((item) => !history.has(item.client_id)).map((item) => ({
        item,
        message: {
          id: item.client_id, client_id: item.client_id, author: 'customer', text: item.text, language: language(),
          buttons: [], card: null, agent: null, created_at: item.created_at,
        },
      }));
      return confirmed.concat(unsent);
    },
    pressable: () => pressable(history.list(), outbox.items().filter((item) => item.state !== 'rejected').map((item) => item.text)),
    unread: () => history.unread((session.current() || { read: 0 }).read),
    markRead() {
      const kept = session.current();
      if (kept && history.last() > kept.read) session.keep({ read: history.last() });
    },
  };
}
