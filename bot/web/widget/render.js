/* The conversation as elements. A line is built once and then only adjusted, so that a screen reader hears it once. */

import { cardOf } from './cards.js';
import { anchor, el, refill, setText, withLinks } from './dom.js';
import { LOCALES, knows, moment, say } from './i18n.js';

const PAUSE = 10 * 60 * 1000; // milliseconds of silence before a new time is written

/** What a customer reads about an outbox item that has not arrived. */
function statusOf(item, language) {
  if (!item || item.state === 'sent') return '';
  if (item.state === 'sending' && item.file && item.progress) return say(language, 'sending_part', { percent: item.progress });
  if (item.state !== 'rejected') return say(language, item.state);
  const { code, message } = item.problem;
  return say(language, 'rejected', { problem: knows(language, code) && code !== 'too_long' ? say(language, code) : message });
}

/** A photo is shown, anything else named; both open outside the frame. `address(url)` leads to the server's copy. */
function fileOf(file, address, language) {
  if (!file) return null;
  const url = file.url && !file.url.startsWith('blob:') ? address(file.url) : file.url;
  const isShown = url && /^image\/(jpeg|png|gif|webp)$/.test(file.content_type);
  const size = file.size < 1048576 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`;
  const parts = isShown
    ? [el('img', { src: url, alt: say(language, 'photo', { name: file.name }) })]
    : [el('strong', null, file.name), el('small', null, size)];
  const node = url ? anchor(url, ...parts) : el('span', null, ...parts);
  node.className = isShown ? 'shot' : 'file';
  return node;
}

function button(text, onclick) {
  return el('button', { type: 'button', class: 'link', onclick }, text);
}

/** One message with its parts; `entry` is `{message, item}`, `item` while it is in the outbox. */
function createLine(entry, language, actions) {
  const { message } = entry;
  const time = el('p', { class: 'time' });
  const who = el('p', { class: 'who' });
  const status = el('p', { class: 'status' });
  const text = message.author === 'customer' ? [message.text] : withLinks(message.text);
  const choices = message.buttons.map((choice) => el('button', {
    type: 'button', class: 'choice', onclick: () => actions.choose(choice),
  }, choice.title));
  const node = el('div', { class: `line ${message.author}` },
    time,
    who,
    fileOf(message.attachment, actions.address, language),
    message.text ? el('div', { class: 'bubble', dir: 'auto', lang: LOCALES[message.language] }, ...text) : null,
    cardOf(message.card, message.language || language),
    choices.length ? el('div', { class: 'choices', role: 'group', 'aria-label': say(language, 'quick_replies') }, ...choices) : null,
    status);

  return {
    node,
    /** A file that could not be shown yet: its page is gone, and the server does not have it. */
    isBlind: Boolean(message.attachment) && !message.attachment.url,
    adjust(now, { isFirst, pausedBefore, isOpen, used }) {
      const { item } = now;
      node.classList.toggle('first', isFirst);
      time.hidden = !pausedBefore;
      setText(time, pausedBefore ? moment(now.message.created_at, language) : '');
      setText(who, message.agent || say(language, `who_${message.author}`));
      choices.forEach((choice) => {
        choice.disabled = !isOpen;
        choice.classList.toggle('used', used === choice.textContent);
      });
      const words = statusOf(item, language);
      if (status.dataset.words === words) return;
      status.dataset.words = words;
      status.className = `status ${item ? item.state : ''}`;
      status.toggleAttribute('aria-hidden', Boolean(item) && ['waiting', 'sending'].includes(item.state));
      const remove = () => button(say(language, 'remove'), () => actions.remove(item));
      const controls = {
        failed: () => [button(say(language, 'retry'), actions.retry), remove()],
        rejected: () => [item.file ? '' : button(say(language, 'edit'), () => actions.edit(item)), remove()],
      }[item ? item.state : ''];
      refill(status, words, ...(controls ? controls() : []));
    },
  };
}

/** For each entry the first thing the customer said after it: the button they took, when it is a button's title. */
function answersAfter(entries) {
  const answers = [];
  let answer = null;
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    answers[index] = answer;
    if (entries[index].message.author === 'customer') answer = entries[index].message.text;
  }
  return answers;
}

/** The log: `show(entries, …)` brings the elements up to date with the entries, in their order. */
export function createLog(container, actions) {
  let lines = new Map();
  let shownIn = null;

  /** `open` holds ids of messages whose buttons can be pressed; `head` is an element before the first message. */
  function show(entries, { language, open, head }) {
    if (shownIn !== language) {
      lines = new Map();
      refill(container, head);
      shownIn = language;
    }
    const before = lines;
    lines = new Map();
    const answers = answersAfter(entries);
    let previous = head;
    let last = null;
    entries.forEach((entry, index) => {
      const { message } = entry;
      const key = message.client_id || message.id;
      let line = before.get(key);
      if (line && line.isBlind && message.attachment.url) line.node.remove();
      if (!line || !line.node.parentNode) line = createLine(entry, language, actions);
      lines.set(key, line);
      if (previous.nextSibling !== line.node) previous.after(line.node);
      previous = line.node;
      line.adjust(entry, {
        isFirst: !last || last.author !== message.author || last.agent !== message.agent,
        pausedBefore: !last || new Date(message.created_at) - new Date(last.created_at) > PAUSE,
        isOpen: open.has(message.id),
        used: answers[index],
      });
      last = message;
    });
    before.forEach((line, key) => { if (!lines.has(key)) line.node.remove(); });
  }

  return { show };
}
