/* The page around our frame. Both sides check the other's origin; nothing but these few words passes. */

import { languageOf } from './i18n.js';

/**
 * Listens for `start {identity, language, open, focus, theme}`, `open {focus, theme}`, `close`, `identify {identity}` and
 * `language {language}`. Without a loader around us (a tab of our own, a bare frame) it starts by itself, open.
 */
export function createHost(handlers) {
  const query = new URLSearchParams(window.location.search);
  const origin = query.get('host');
  const isFramed = Boolean(origin) && window.parent !== window;
  const color = query.get('color');
  const name = query.get('name') || '';

  function tell(type, message) {
    // A page without an origin (a file, a sandbox) cannot be named; what we tell is harmless to overhear.
    if (isFramed) window.parent.postMessage({ ...message, kefu: type }, origin === 'null' ? '*' : origin);
  }

  function listen() {
    if (!isFramed) {
      // A link that joins this chat with another one: its secret counts as typed, once.
      const join = query.get('join');
      if (join) window.history.replaceState(null, '', window.location.pathname);
      handlers.start({ join, identity: '', language: languageOf(query.get('language') || navigator.language), open: true, focus: true });
      return;
    }
    window.addEventListener('message', (event) => {
      if (event.source !== window.parent || event.origin !== origin) return;
      const { kefu: type, ...message } = event.data || {};
      if (Object.prototype.hasOwnProperty.call(handlers, type)) handlers[type](message);
    });
    tell('ready');
  }

  return {
    isFramed,
    /** Stands in the page itself, for good. */
    isInline: query.get('inline') === '1',
    /** Tells several widgets of one page apart. */
    space: /^[\w-]{1,32}$/.test(name) ? name : '',
    listen,
    tell,
    color: /^#[0-9a-f]{6}$/i.test(color || '') ? color : null,
  };
}
