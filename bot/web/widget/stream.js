/*
 * Live frames of one conversation: a WebSocket that comes back by itself, and polling while none can be had.
 * Either way the same frames come out, and it goes on from the last message seen.
 */

const BEAT = 20000; // milliseconds between signs of life
const SILENCE = 45000; // after which an open socket counts as dead
const SETTLED = 5000; // a socket that lived this long starts the back-off anew
const POLL = 2500;
const POLL_HIDDEN = 15000;
const RARELY = 60000; // milliseconds between attempts at a socket while polling does as well

/** Milliseconds before attempt `failures` + 1; a random part keeps a thousand pages from returning in one instant. */
export function backOff(failures, limit = 15000) {
  return Math.min(limit, 400 * 2 ** Math.min(failures, 10)) * (0.75 + Math.random() / 2);
}

/**
 * `after()` is the last seq seen. `onFrame(frame)`; `onState('live' | 'polling' | 'offline')`;
 * `onUnknown()` when the server no longer knows the session.
 */
export function createStream({ api, session, after, onFrame, onState, onUnknown }) {
  let socket = null;
  let stopped = false;
  let isLive = false;
  let polls = false;
  let failures = 0;
  let heard = 0;
  let beat = 0;
  let retry = 0;
  let poll = 0;

  function state(name) {
    isLive = name === 'live';
    polls = name === 'polling';
    if (!stopped) onState(name);
  }

  function connect() {
    clearTimeout(retry);
    if (stopped || socket) return;
    try {
      socket = new WebSocket(api.streamAddress(session, after()));
    } catch (refused) {
      failed();
      return;
    }
    const mine = socket;
    let opened = 0;
    heard = Date.now();
    beat = setInterval(check, BEAT);
    mine.onopen = () => { opened = Date.now(); };
    mine.onmessage = (event) => {
      if (mine !== socket || stopped) return;
      heard = Date.now();
      const frame = JSON.parse(event.data);
      if (!isLive) {
        clearTimeout(poll);
        state('live');
      }
      if (frame.type !== 'pong') onFrame(frame);
    };
    mine.onclose = () => {
      if (mine !== socket) return;
      if (opened && Date.now() - opened > SETTLED) failures = 0;
      dismiss();
      failed();
    };
  }

  function dismiss() {
    clearInterval(beat);
    if (!socket) return;
    const old = socket;
    socket = null;
    old.onclose = null;
    old.onmessage = null;
    old.close();
  }

  function failed() {
    if (stopped) return;
    isLive = false;
    failures += 1;
    clearTimeout(retry);
    retry = setTimeout(connect, polls ? backOff(failures, RARELY) : backOff(failures));
    clearTimeout(poll);
    fetchMissing();
  }

  /** Asks the plain way: it also tells a lost connection from a refused socket and from a forgotten session. */
  async function fetchMissing() {
    clearTimeout(poll);
    try {
      const page = await api.history(session, after());
      if (stopped || isLive) return;
      state('polling');
      page.messages.forEach((message) => onFrame({ type: 'message', message }));
      onFrame({ ...page, type: 'owner' });
      poll = setTimeout(fetchMissing, document.hidden ? POLL_HIDDEN : POLL);
    } catch (error) {
      if (stopped || isLive) return;
      if (error.status === 401) {
        onUnknown();
        return;
      }
      state('offline');
      poll = setTimeout(fetchMissing, backOff(failures));
    }
  }

  function check() {
    if (!socket) return;
    if (Date.now() - heard > SILENCE) {
      dismiss();
      failed();
    } else if (socket.readyState === WebSocket.OPEN) {
      socket.send('{"type":"ping"}');
    }
  }

  /** The page is back in front, or the network is: do not sit out the back-off. */
  function wake() {
    if (stopped) return;
    if (socket) {
      check();
      return;
    }
    failures = 0;
    connect();
  }

  window.addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  connect();

  return {
    /** True when the frame left on a live socket. */
    send(frame) {
      if (!isLive || !socket || socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(frame));
      return true;
    },
    /** Asks at once for what may have arrived, where nothing would push it. */
    nudge() {
      if (!isLive && !stopped) fetchMissing();
    },
    stop() {
      stopped = true;
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      clearTimeout(retry);
      clearTimeout(poll);
      dismiss();
    },
  };
}
