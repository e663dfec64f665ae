/* Starts here: the log-in, the interface's language, and the lines that tell an agent something. */

import { el, setText } from '../widget/dom.js';
import { languageOf, translatePage } from '../widget/i18n.js';
import { openStorage } from '../widget/storage.js';
import { api } from './api.js';
import { startDesk } from './desk.js';
import { say } from './i18n.js';

const CHOICE = 'kefu.desk.language';
const NOTICE = 9000; // milliseconds a line stays

const byId = (id) => document.getElementById(id);
const storage = openStorage();
let language = storage.get(CHOICE) || languageOf(navigator.language);
let desk = null;

function speak(next) {
  language = next;
  translatePage(language, say);
  document.title = say(language, 'title');
  if (desk) desk.show();
}

function notify(text, action) {
  const close = () => line.remove();
  const line = el('p', { class: 'notice' }, text, action
    ? el('button', { type: 'button', class: 'plain', onclick: () => { close(); action.run(); } }, action.label)
    : null);
  byId('notices').append(line);
  setTimeout(close, NOTICE);
}

function showLogin(problem) {
  if (desk) desk.stop();
  desk = null;
  byId('desk').hidden = true;
  byId('login').hidden = false;
  byId('login-problem').hidden = !problem;
  setText(byId('login-problem'), problem || '');
  document.title = say(language, 'title');
  byId(byId('username').value ? 'password' : 'username').focus();
}

function showDesk(me) {
  byId('login').hidden = true;
  byId('desk').hidden = false;
  byId('password').value = '';
  setText(byId('me'), me.display_name);
  // The agent's own language, unless somebody chose another one on this machine.
  if (!storage.get(CHOICE)) speak(me.language);
  desk = startDesk({
    elements: {
      desk: byId('desk'), tabs: byId('tabs'), list: byId('list'), talk: byId('talk'), dossier: byId('dossier'), link: byId('link'),
    },
    me,
    language: () => language,
    onLoggedOut: () => { if (desk) showLogin(say(language, 'logged_out')); },
    notify,
  });
}

byId('login-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    showDesk(await api.login(byId('username').value.trim(), byId('password').value));
  } catch (error) {
    showLogin(error.code === 'offline' ? say(language, 'offline') : error.message);
  }
});
byId('logout').addEventListener('click', () => api.logout().catch(() => null).then(() => showLogin('')));
[byId('language'), byId('login-language')].forEach((button) => {
  button.addEventListener('click', () => {
    speak(language === 'zh' ? 'en' : 'zh');
    storage.set(CHOICE, language);
  });
});

translatePage(language, say);
api.me().then(showDesk, () => showLogin(''));
