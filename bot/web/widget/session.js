/* Which conversation this browser is in: a token of the server's, bound to the customer the page has signed in. */

import { alone } from './storage.js';

/** The `sub` of a token the shop signed. Only tells customers of this browser apart; the server checks the signature. */
export function subjectOf(identity) {
  try {
    const part = identity.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    return String(JSON.parse(new TextDecoder().decode(bytes)).sub || '');
  } catch (broken) {
    return '';
  }
}

/**
 * `current()` is what this browser keeps for this customer, or null; `ensure()` makes a session when there is none;
 * `drop(token)` forgets it once the server has. `keyFor(name)` is a storage key no other customer of this browser shares,
 * nor another widget: `space` is the name of this one.
 */
export function createSession({ storage, space, api, language, onRefused }) {
  let identity = '';
  let subject = '';
  const keyFor = (name) => `kefu.${space ? `${space}/` : ''}${name}${subject ? `.${subject}` : ''}`;
  const current = () => {
    const kept = storage.get(keyFor('session'));
    // Opened without the sign-in the server refused; a new sign-in deserves another try.
    const outdated = kept && kept.refused && identity && kept.refused !== identity.slice(-16);
    return kept && !outdated ? kept : null;
  };
  const open = async () => {
    try {
      const { session, file_mb } = await api.openSession(identity);
      return { session, file_mb };
    } catch (error) {
      if (!identity || error.code !== 'bad_identity') throw error;
      // An expired sign-in must not keep anybody from asking for help.
      onRefused();
      return { session: (await api.openSession('')).session, refused: identity.slice(-16) };
    }
  };
  return {
    current,
    keyFor,
    isSigned: () => Boolean(identity),
    ensure: () => alone(keyFor('session'), async () => {
      const kept = current();
      if (kept) return kept;
      const record = { ...(await open()), language: language(), read: 0 };
      storage.set(keyFor('session'), record);
      return record;
    }),
    drop(token) {
      const kept = current();
      if (kept && kept.session === token) storage.remove(keyFor('session'));
    },
    /** Changes what is kept beside the token: `read` is the last seq seen, `language` the last one told. */
    keep(change) {
      const kept = current();
      if (kept) storage.set(keyFor('session'), { ...kept, ...change });
    },
    /** Takes a token the shop signed, or '' for nobody; true when this is another customer than before. */
    identify(token) {
      const before = subject;
      identity = token || '';
      subject = identity ? subjectOf(identity) : '';
      return subject !== before;
    },
  };
}
