/* The web channel's HTTP calls. Every failure is an ApiError: with the server's code, or `offline` when none came. */

const PATIENCE = 20000; // milliseconds before a silent server counts as a lost connection

export class ApiError extends Error {
  constructor(code, message, status) {
    super(message || code);
    this.code = code;
    this.status = status;
  }

  /** Trying the same again cannot help. */
  get final() {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status);
  }
}

/** JSON in, JSON out; throws ApiError. */
export async function call(address, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(address, { cache: 'no-store', signal: stop.signal, ...options });
    const body = await response.json().catch(() => null);
    if (response.ok && body !== null) return body;
    const error = (body && body.error) || {};
    throw new ApiError(error.code || 'refused', error.message, response.ok ? 502 : response.status);
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError('offline', String(error), 0);
  } finally {
    clearTimeout(timer);
  }
}

/** The calls of one widget; `language()` is asked each time, so that errors come in the customer's language. */
export function createApi(language) {
  const root = new URL('../channels/web/', document.baseURI);
  const post = (path, body) => call(new URL(path, root), {
    method: 'POST',
    credentials: 'omit',
    headers: { 'Content-Type': 'application/json', 'Accept-Language': language() },
    body: JSON.stringify(body),
  });
  const address = (path, session) => new URL(`${path}?session=${encodeURIComponent(session)}&language=${language()}`, root);
  const query = (session, after) => `?session=${encodeURIComponent(session)}&after=${after}`;
  return {
    openSession: (identity) => post('sessions', identity ? { language: language(), identity } : { language: language() }),
    send: (message) => post('messages', message),
    menu: (session) => call(address('menu', session), { credentials: 'omit', headers: { 'Accept-Language': language() } }),
    mail: (session, email) => post('transcript', { session, email, language: language() }),
    copyAddress: (session) => address('transcript', session).href,
    fileAddress: (session, id, more) => new URL(`files${id}?session=${encodeURIComponent(session)}${more}`, root).href,
    history: (session, after) => call(new URL(`messages${query(session, after)}`, root), {
      credentials: 'omit',
      headers: { 'Accept-Language': language() },
    }),
    streamAddress(session, after) {
      const live = new URL(`stream${query(session, after)}`, root);
      live.protocol = live.protocol === 'https:' ? 'wss:' : 'ws:';
      return live.href;
    },
  };
}
