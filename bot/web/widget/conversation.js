/* One customer's conversation without its looks: session, history, outbox and live stream, kept in step. */

import { createApi } from './api.js';
import { createHistory, pressable } from './history.js';
import { say } from './i18n.js';
import { createOutbox } from './outbox.js';
import { createSession } from './session.js';
import { newId } from './storage.js';
import { createStream } from './stream.js';

const TYPING = 10000; // milliseconds after which "is typing" is no longer believed
const FILE_MB = 10; // what the server takes when it does not say
const files = () => import('./files.js');
const TELL_TYPING = 3000; // milliseconds between telling a person that the customer types

/**
 * `language()` is the interface's; `onChange()` follows everything worth showing; `onNotice(key)` is said once,
 * `onNews(message)` is called for each message of either side when it is first seen.
 */
export function createConversation({ storage, space, language, onChange, onNotice, onNews }) {
  const api = createApi(language);
  const session = createSession({ storage, space, api, language, onRefused: () => onNotice('unconfirmed') });
  let history = createHistory();
  let outbox = null;
  let stream = null;
  let following = ''; // the session of the stream
  let reopened = false;
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
      if (message.author === 'customer') forget(message.client_id);
      else stopTyping();
      announce(message);
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

  /** Each message is news once in this browser, over reloads too. */
  function announce(message) {
    const kept = session.current();
    if (!kept || message.seq <= (kept.told === undefined ? kept.read : kept.told)) return;
    session.keep({ told: message.seq });
    onNews(message);
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
    following = kept.session;
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
    const before = session.current();
    session.drop(token);
    const isTaken = Boolean(session.current()); // another tab was faster
    if (isTaken && following !== token) return;
    disconnect();
    outbox.withoutPayloads();
    if (isTaken) connect();
    else if (session.isSigned() && !reopened) reopen(before).catch(() => {}); // then the next send does it
    else onNotice('renewed');
    onChange();
    outbox.retry();
  }

  /** Signed customers meet the same conversation again: it is shown at once, and what they have read stays read. */
  async function reopen(before) {
    reopened = true; // once: a server that forgets every session is not asked for ever
    const kept = await session.ensure();
    // Another tab may have dropped it just now, and keeps that by itself.
    if (before && !kept.refused) session.keep({ read: before.read, told: before.told });
    connect();
  }

  async function deliver(item) {
    const kept = await session.ensure();
    connect();
    try {
      const body = { session: kept.session, client_id: item.client_id };
      if (item.file) await api.send({ ...body, attachment: await bring(item, kept.session) });
      else await api.send(item.payload ? { ...body, payload: item.payload } : { ...body, text: item.text });
    } catch (error) {
      if (error.status === 401) renew(kept.session);
      throw error;
    }
  }

  /** Uploads the file of an item; the same item again is the same file to the server. */
  async function bring(item, token) {
    const { upload } = await files();
    const more = `&client_id=${item.client_id}&name=${encodeURIComponent(item.file.name)}`;
    return upload(item, api.fileAddress(token, '', more), language(), (percent) => outbox.progress(item, percent));
  }

  function forget(clientId) {
    const item = outbox.items().find((one) => one.client_id === clientId);
    outbox.forget(clientId);
    if (item && item.file) files().then(({ forgetFile }) => forgetFile(clientId)).catch(() => {});
  }

  function openOutbox() {
    outbox = createOutbox({
      storage,
      key: session.keyFor('outbox'),
      deliver,
      onChange,
      onSent(item) {
        if (history.has(item.client_id)) forget(item.client_id);
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
    /** A photo or file: kept on this device until it has arrived. */
    async sendFile(file) {
      const { keepFile, smaller } = await files();
      const blob = await smaller(file);
      const limit = (session.current() || {}).file_mb || FILE_MB;
      const name = file.name || 'photo';
      const about = { name, content_type: blob.type || file.type, size: blob.size, url: '' };
      if (blob.size > limit * 1048576) {
        outbox.add({ text: '', file: about, problem: { code: '', message: say(language(), 'file_too_large', { limit }) } });
        return;
      }
      const client_id = newId();
      await keepFile(client_id, blob);
      outbox.add({ client_id, text: '', file: { ...about, url: URL.createObjectURL(blob) } });
    },
    retry: () => outbox.retry(),
    forget(clientId) {
      forget(clientId);
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
          buttons: [], card: null, attachment: item.file, agent: null, created_at: item.created_at,
        },
      }));
      return confirmed.concat(unsent);
    },
    /** What the menu needs: the customer's own copy, by address and by e-mail, and what else is offered. */
    menu() {
      const token = session.current().session;
      return { copy: api.copyAddress(token), offers: () => api.menu(token), mail: (email) => api.mail(token, email) };
    },
    /** Where a file of this conversation can be seen; only this session may. */
    fileAddress: (url) => api.fileAddress(session.current().session, url.slice(url.lastIndexOf('/')), ''),
    pressable: () => pressable(history.list(), outbox.items().filter((item) => item.state !== 'rejected').map((item) => item.text)),
    unread: () => history.unread((session.current() || { read: 0 }).read),
    markRead() {
      const kept = session.current();
      if (kept && history.last() > kept.read) session.keep({ read: history.last() });
    },
  };
}
