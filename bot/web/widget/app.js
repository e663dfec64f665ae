/* Starts here: the page inside the widget's frame. It wires the conversation to the elements of index.html. */

import { createComposer } from './composer.js';
import { createConversation } from './conversation.js';
import { el, setText } from './dom.js';
import { takeFiles } from './file_input.js';
import { createHost } from './host.js';
import { LOCALES, say, translatePage } from './i18n.js';
import { openMenu } from './menu.js';
import { createLog } from './render.js';
import { openStorage } from './storage.js';
import { dress, paint } from './theme.js';

const CHOICE = 'kefu.language'; // {language, page}: the customer's choice, and the page's language at the time
const MOST_FILES = 9; // at once
const BLINK = 1500; // milliseconds a connection may be gone before we say so

const byId = (id) => document.getElementById(id);
const log = byId('log');
const storage = openStorage();
let language = 'zh';
let pageLanguage = 'zh';
let isOpen = false;
let notice = null;
let lostSince = 0;
let isCut = false; // the network went away, before the socket noticed
let intro = null;
let showing = 0;
let menu = null; // the open sheet
let preparing = null; // a promise while files are made ready to be sent

const host = createHost({
  start(settings) {
    pageLanguage = settings.language;
    isOpen = settings.open;
    dress(settings.theme || {});
    const choice = storage.get(CHOICE);
    setLanguage(choice && choice.page === pageLanguage ? choice.language : pageLanguage);
    conversation.start(settings.identity);
    // Hidden until now: a key pressed before anybody listens would be lost.
    byId('chat').hidden = false;
    composer.check();
    // What was said before is not news to a screen reader.
    setTimeout(() => log.removeAttribute('aria-busy'), 1000);
    if (isOpen) opened(settings.focus);
    if (settings.join) send({ text: settings.join });
  },
  open({ focus, theme }) {
    dress(theme || {});
    opened(focus);
  },
  close() { isOpen = false; },
  identify({ identity }) {
    closeMenu();
    conversation.start(identity);
  },
  language(settings) {
    if (settings.language === pageLanguage) return;
    pageLanguage = settings.language;
    setLanguage(pageLanguage);
  },
});

const conversation = createConversation({
  storage,
  space: host.space,
  language: () => language,
  onChange: showSoon,
  onNotice(key) { notice = key; },
  onNews: ({ id, author, agent, text, language: spoken, created_at }) => host.tell('message', {
    message: { id, author, agent, text, language: spoken, created_at },
  }),
});

const composer = createComposer({
  form: byId('composer'),
  field: byId('text'),
  button: byId('send'),
  count: byId('count'),
  language: () => language,
  onSend: (text) => send({ text }),
  onTyping: () => conversation.tellTyping(),
});

const view = createLog(log, {
  choose: (choice) => send({ text: choice.title, payload: choice.payload }),
  retry: () => conversation.retry(),
  edit(item) {
    conversation.forget(item.client_id);
    composer.restore(item.text);
  },
  remove: (item) => conversation.forget(item.client_id),
  address: (url) => conversation.fileAddress(url),
});

/** In the order in which they were chosen; what is written meanwhile follows them. */
function sendFiles(list) {
  notice = null;
  host.tell('talking');
  Array.from(list).slice(0, MOST_FILES).forEach((file) => {
    preparing = (preparing || Promise.resolve()).then(() => conversation.sendFile(file)).catch(() => { notice = 'offline'; });
  });
  const mine = preparing;
  preparing.then(() => {
    if (preparing === mine) preparing = null;
    scrollTo(null);
    showSoon();
  });
}

takeFiles({ area: byId('chat'), field: byId('text'), button: byId('attach'), input: byId('file'), onFiles: sendFiles });

function send(words) {
  notice = null;
  if (preparing) preparing = preparing.then(() => conversation.send(words));
  else conversation.send(words);
  host.tell('talking');
  scrollTo(null);
  // The button that was pressed goes grey and would leave the keyboard nowhere.
  if (!isTouch()) byId('text').focus();
}

/** Where the keyboard is on the screen it would cover what there is to read. */
function isTouch() {
  return window.matchMedia('(hover: none) and (pointer: coarse)').matches;
}

function showMenu() {
  if (menu || !conversation.hasBegun()) return;
  menu = openMenu({
    ...conversation.menu(),
    area: byId('chat'),
    language,
    onSay: (text) => send({ text }),
    onClose() {
      menu = null;
      if (document.hasFocus()) byId('more').focus();
    },
  });
}

function closeMenu() {
  if (menu) menu.close();
}

function setLanguage(next) {
  if (next !== language) closeMenu();
  language = next;
  translatePage(language);
  document.title = say(language, 'title');
  const switcher = byId('language');
  switcher.textContent = say(language, 'switch_language');
  switcher.setAttribute('aria-label', say(language, 'switch_language_label'));
  switcher.lang = LOCALES[language === 'zh' ? 'en' : 'zh'];
  intro = introduction();
  composer.check();
  conversation.tellLanguage();
}

/** The first line says that this is a bot; the starters show what it is good for. */
function introduction() {
  const starters = say(language, 'starters').map((text) => el('button', { type: 'button', class: 'choice', onclick: () => send({ text }) }, text));
  return el('div', { class: 'line bot first intro' },
    el('p', { class: 'who' }, say(language, 'who_bot')),
    el('div', { class: 'bubble' }, say(language, 'intro')),
    el('div', { class: 'choices', role: 'group', 'aria-label': say(language, 'quick_replies') }, ...starters));
}

function opened(focus) {
  closeMenu();
  isOpen = true;
  if (conversation.hasBegun()) host.tell('talking');
  scrollTo(null);
  show();
  if (focus) (isTouch() && log.childElementCount > 1 ? log : byId('text')).focus();
}

function close() {
  isOpen = !host.isFramed || host.isInline;
  host.tell('close');
}

function isAtEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}

/** A long answer is read from its beginning: no further down than to the first line that is new. */
function scrollTo(line) {
  const isReading = line && !log.hasAttribute('aria-busy') && !line.classList.contains('customer');
  window.requestAnimationFrame(() => {
    log.scrollTop = isReading ? line.offsetTop - log.offsetTop - 14 : log.scrollHeight;
  });
}

function ownerLine({ owner, place, agent }) {
  const key = owner === 'waiting' && place ? 'owner_waiting_place' : `owner_${owner}`;
  return say(language, key, { place, agent: agent || say(language, 'who_agent') });
}

function showHead() {
  const { state } = conversation;
  const strip = byId('owner');
  setText(strip, ownerLine(state));
  strip.dataset.owner = state.owner;
  setText(byId('subtitle'), say(language, state.owner === 'agent' ? 'subtitle_agent' : 'subtitle'));
  const human = byId('human');
  const key = { waiting: 'human_waiting', agent: 'human_joined' }[state.owner];
  human.disabled = Boolean(key);
  setText(human, say(language, key || 'human'));
  if (state.connection !== 'offline' && !isCut) lostSince = 0;
  else if (!lostSince) {
    lostSince = Date.now();
    setTimeout(show, BLINK + 50);
  }
  byId('more').hidden = !conversation.hasBegun();
  if (byId('more').hidden) closeMenu();
  const trouble = lostSince && Date.now() - lostSince > BLINK ? 'offline' : notice;
  byId('alert').hidden = !trouble;
  setText(byId('alert'), trouble ? say(language, trouble) : '');
}

function showTyping() {
  const { typing } = conversation.state;
  byId('typing').hidden = !typing;
  setText(byId('typist'), typing ? say(language, `typing_${typing}`) : '');
}

/** Once for many changes. Not with the next frame: a closed widget paints none, and still counts what is unread. */
function showSoon() {
  clearTimeout(showing);
  showing = setTimeout(show);
}

function show() {
  if (!intro) return;
  const wasAtEnd = isAtEnd();
  const before = log.childElementCount;
  const entries = conversation.entries();
  showHead();
  intro.classList.toggle('spent', entries.length > 0);
  view.show(entries, { language, open: conversation.pressable(), head: intro });
  showTyping();
  if (wasAtEnd) scrollTo(log.children[before]);
  byId('newer').hidden = wasAtEnd || (byId('newer').hidden && log.childElementCount <= before);
  if (isOpen && !document.hidden) conversation.markRead();
  host.tell('unread', { count: conversation.unread() });
}

byId('human').addEventListener('click', () => send({ text: say(language, 'human_text') }));
byId('language').addEventListener('click', () => {
  const next = language === 'zh' ? 'en' : 'zh';
  storage.set(CHOICE, { language: next, page: pageLanguage });
  setLanguage(next);
  show();
});
byId('more').addEventListener('click', showMenu);
byId('close').addEventListener('click', close);
byId('close').hidden = !host.isFramed || host.isInline;
byId('newer').addEventListener('click', () => scrollTo(null));
log.addEventListener('scroll', () => { if (isAtEnd()) byId('newer').hidden = true; });
document.addEventListener('visibilitychange', show);
// Of the browser's word on the network only a change is believed: some apps' browsers say "offline" for ever.
const cut = (event) => {
  isCut = event.type === 'offline';
  showSoon();
};
window.addEventListener('online', cut);
window.addEventListener('offline', cut);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing) close();
});

log.setAttribute('aria-busy', 'true');
if (host.color) paint(host.color);
host.listen();
