/*
 * Messages on their way out. Each is kept on disk under its client_id until the server has acknowledged it, and sent
 * again as often as needed: the server knows the client_id, so nothing is doubled. Strictly in order.
 */

import { alone, newId } from './storage.js';
import { backOff } from './stream.js';

/**
 * Items are `{client_id, text, payload, file, created_at, state, problem, progress}`; `file` is `{name, content_type, size, url}`; `state` is `waiting`, `sending`, `failed`
 * (will be tried again), `rejected` (the server said no for good; `problem` is its ApiError's code and message) or
 * `sent` (acknowledged, until the conversation shows it).
 *
 * `deliver(item)` resolves when acknowledged and throws ApiError; `onChange()` follows every change.
 */
export function createOutbox({ storage, key, deliver, onChange, onSent }) {
  // A file's preview ended with the page it was made on.
  let items = (storage.get(key) || []).map((item) => ({
    ...item,
    state: item.state === 'rejected' ? item.state : 'waiting',
    file: item.file && { ...item.file, url: '' },
  }));
  const mine = new Set(items.map((item) => item.client_id));
  let failures = 0;
  let timer = 0;
  let running = false;
  let stopped = false;

  // What another tab has not sent yet stays on disk with ours.
  const keep = () => {
    const others = (storage.get(key) || []).filter((item) => !mine.has(item.client_id));
    const open = others.concat(items.filter((item) => item.state !== 'sent'));
    if (open.length) storage.set(key, open);
    else storage.remove(key);
  };
  const mark = (item, state, problem) => {
    item.state = state;
    item.problem = problem;
    keep();
    onChange();
  };
  const next = () => items.find((item) => ['waiting', 'failed', 'sending'].includes(item.state));

  async function attempt(item) {
    mark(item, 'sending');
    try {
      await deliver(item);
      failures = 0;
      mark(item, 'sent');
      onSent(item);
      return true;
    } catch (error) {
      if (error.final) {
        mark(item, 'rejected', { code: error.code, message: error.message });
        return true;
      }
      failures += 1;
      mark(item, 'failed');
      if (!stopped) timer = setTimeout(flush, backOff(failures, 30000));
      return false;
    }
  }

  async function flush() {
    clearTimeout(timer);
    if (running || stopped || !next()) return;
    running = true;
    try {
      await alone(key, async () => {
        for (let item = next(); item && !stopped; item = next()) {
          if (!await attempt(item)) return;
        }
      });
    } finally {
      running = false;
    }
  }

  const retry = () => {
    failures = 0;
    flush();
  };
  window.addEventListener('online', retry);

  return {
    items: () => items,
    /** Sends whatever is left now. */
    retry,
    /** `problem`, where it is known beforehand that the item cannot be sent. */
    add({ client_id = newId(), text, payload, file, problem }) {
      const item = { client_id, text, payload, file, created_at: new Date().toISOString(), state: problem ? 'rejected' : 'waiting', problem };
      items.push(item);
      mine.add(item.client_id);
      keep();
      onChange();
      flush();
      return item;
    },
    progress(item, percent) {
      item.progress = percent;
      onChange();
    },
    /** Forgets items: the conversation shows them, or the customer took them back. */
    forget(clientId) {
      items = items.filter((item) => item.client_id !== clientId);
      keep();
    },
    /** A new session knows none of the buttons that the old one was offered; their words are still understood. */
    withoutPayloads() {
      items.forEach((item) => { item.payload = undefined; });
      keep();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      window.removeEventListener('online', retry);
    },
  };
}
