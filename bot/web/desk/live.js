/* The desk's live events. While the socket is away everything is asked for again now and then. */

import { backOff } from '../widget/stream.js';

const BEAT = 25000; // milliseconds between signs of life
const SILENCE = 55000;
const LOOK = 10000; // milliseconds between looks without a socket

/** `onFrame(frame)` for each event, `onState(isLive)`; `look()` reads everything anew. Returns `{send, stop}`. */
export function follow({ address, onFrame, onState, look }) {
  let socket = null;
  let failures = 0;
  let heard = 0;
  let retry = 0;
  let stopped = false;

  function connect() {
    clearTimeout(retry);
    if (stopped || socket) return;
    const mine = new WebSocket(address);
    socket = mine;
    heard = Date.now();
    mine.onopen = () => {
      failures = 0;
      onState(true);
      look();
    };
    mine.onmessage = (event) => {
      heard = Date.now();
      onFrame(JSON.parse(event.data));
    };
    mine.onclose = () => {
      if (mine === socket) lost();
    };
  }

  function lost() {
    socket = null;
    if (stopped) return;
    failures += 1;
    onState(false);
    look();
    retry = setTimeout(connect, backOff(failures));
  }

  const beat = setInterval(() => {
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    if (Date.now() - heard > SILENCE) {
      socket.onclose = null;
      socket.close();
      lost();
    } else {
      socket.send('{"type":"ping"}');
    }
  }, BEAT);
  const watch = setInterval(() => { if (!socket || socket.readyState !== WebSocket.OPEN) look(); }, LOOK);
  const wake = () => { if (!document.hidden) connect(); };
  window.addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  connect();

  return {
    send(frame) {
      if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    },
    stop() {
      stopped = true;
      clearTimeout(retry);
      clearInterval(beat);
      clearInterval(watch);
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      if (socket) socket.close();
    },
  };
}
