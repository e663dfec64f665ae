/* Structured blocks beside a text: an order with its courier's progress, and a help article. */

import { anchor, el } from './dom.js';
import { day, moment, pick, say } from './i18n.js';

const SHOWN = 3; // courier events before the earlier ones fold away

// State codes to the colour of their mark; an unknown one is neutral.
const TONES = [
  [/cancel|fail|return|late|overdue/, 'bad'],
  [/deliver|complete|done|refunded/, 'good'],
  [/transit|ship|out_for/, 'busy'],
];

function tone(code) {
  const found = TONES.find(([pattern]) => pattern.test(String(code)));
  return found ? found[1] : 'calm';
}

function fact(label, value) {
  return value ? el('div', { class: 'fact' }, el('dt', null, label), el('dd', null, value)) : null;
}

function event(one, language) {
  return el('li', null, el('time', { datetime: one.at }, moment(one.at, language)), el('span', null, pick(one.text, language)));
}

function timeline(events, language) {
  if (!events.length) return null;
  const list = (some) => el('ol', { class: 'timeline' }, ...some.map((one) => event(one, language)));
  const earlier = events.slice(SHOWN);
  return el('section', { class: 'progress', 'aria-label': say(language, 'progress') },
    list(events.slice(0, SHOWN)),
    earlier.length
      ? el('details', null, el('summary', null, say(language, 'earlier', { count: earlier.length })), list(earlier))
      : null);
}

function orderCard(data, language) {
  const items = (data.items || [])
    .map((item) => `${pick(item.name, language)}${item.quantity > 1 ? ` × ${item.quantity}` : ''}`)
    .join(language === 'zh' ? '、' : ', ');
  return el('article', { class: 'card order', 'aria-label': `${say(language, 'order')} ${data.order_number}` },
    el('header', null,
      el('strong', null, data.order_number),
      el('span', { class: `state ${tone(data.state_code)}` }, pick(data.state, language))),
    el('dl', null,
      fact(say(language, 'items'), items),
      fact(say(language, 'total'), pick(data.total, language)),
      fact(say(language, 'placed_on'), data.placed_on && day(data.placed_on, language)),
      fact(say(language, 'promised_on'), data.promised_on && day(data.promised_on, language)),
      fact(say(language, 'courier'), pick(data.courier, language)),
      fact(say(language, 'tracking'), data.tracking_number)),
    timeline(data.events || [], language));
}

function articleCard(data, language) {
  if (!/^\/help\/[\w\-./]+$/.test(data.link || '')) return null;
  const link = anchor(`${data.link}?language=${language}`,
    el('span', { class: 'kind' }, say(language, 'article')),
    el('strong', null, pick(data.title, language)),
    el('span', { class: 'more' }, say(language, 'read_more')));
  link.className = 'card article';
  return link;
}

/** The element for a message's card, or null for none and for kinds this page does not know. */
export function cardOf(card, language) {
  if (!card) return null;
  if (card.kind === 'order') return orderCard(card.data, language);
  return card.kind === 'article' ? articleCard(card.data, language) : null;
}
