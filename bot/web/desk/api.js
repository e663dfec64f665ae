/* The desk's HTTP calls. The session is a cookie no script can read; what changes something carries the CSRF token. */

import { call } from '../widget/api.js';

const root = new URL('api/', document.baseURI);
let csrf = '';

function keep(answer) {
  csrf = answer.csrf;
  return answer.agent;
}

const forever = new AbortController().signal; // a film over a slow line takes longer than other calls

const marks = (type) => ({
  'Content-Type': type, 'X-CSRF-Token': csrf, 'Accept-Language': document.documentElement.lang,
});

const get = (path) => call(new URL(path, root), { credentials: 'same-origin' });

const post = (path, body = {}) => call(new URL(path, root), {
  method: 'POST',
  credentials: 'same-origin',
  headers: marks('application/json'),
  body: JSON.stringify(body),
});

const one = (id) => `conversations/${encodeURIComponent(id)}`;

/** Everything throws ApiError; `status` 401 means: log in again. */
export const api = {
  login: (username, password) => post('login', { username, password }).then(keep),
  me: () => get('me').then(keep),
  logout: () => post('logout'),
  agents: () => get('agents').then((answer) => answer.agents),
  conversations: (owner) => get(`conversations?owner=${owner}`).then((answer) => answer.conversations),
  conversation: (id) => get(one(id)),
  transcript: (id, language) => get(`${one(id)}/transcript?language=${language}`).then((answer) => answer.messages),
  /** `action` is claim, messages, notes, transfer, return or close. */
  act: (id, action, body) => post(`${one(id)}/${action}`, body),
  /** Says a file; the same `clientId` again is the same message. */
  sendFile: (id, file, clientId) => call(
    new URL(`${one(id)}/files?client_id=${clientId}&name=${encodeURIComponent(file.name)}`, root),
    { method: 'POST', credentials: 'same-origin', headers: marks('application/octet-stream'), body: file, signal: forever },
  ),
  streamAddress() {
    const address = new URL('stream', root);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    return address.href;
  },
};
