/* Structured blocks beside a text: an order with its courier's progress, a refund with its steps, a help article. */

import { anchor, el } from './dom.js';
import { moment, pick, say } from './i18n.js';

const SHOWN = 3; // courier events before the earlier ones fold away

// State codes to the colour of their mark; an unknown one is neutral.
const TONES = [
  [/cancel|fail|return|late|refused/, 'bad'],
  [/deliver|complete|done|refunded|paid_out/, 'good'],
  [/transit|ship|out_for|refunding|approved/, 'busy'],
];

function tone(code) {
  const found = TONES.find(([pattern]) => pattern.test(String(code)));
  return found ? found[1] : 'calm';
}

function head(title, data, language) {
  return el('header', null,
    el('strong', null, title),
    el('span', { class: `state ${tone(data.state_code)}` }, pick(data.state, language)));
}

/** Label and value; nothing for a value that the records do not have. */
function facts(language, values) {
  return el('dl', null, ...Object.keys(values).map((name) => (values[name]
    ? el('div', { class: 'fact' }, el('dt', null, say(language, name)), el('dd', null, values[name]))
    : null)));
}

/** A courier event, or a step of a refund: `done` is false for one that lies ahead. */
function step(one, language) {
  const when = pick(one.when, language) || (one.at && moment(one.at, language));
  return el('li', { class: one.done === false ? 'ahead' : null },
    when ? el('time', { datetime: one.at }, when) : null,
    el('span', null, pick(one.text, language)));
}

function timeline(steps, shown, language) {
  if (!steps.length) return null;
  const list = (some) => el('ol', { class: 'timeline' }, ...some.map((one) => step(one, language)));
  const earlier = steps.slice(shown);
  return el('section', { class: 'progress', 'aria-label': say(language, 'progress') },
    list(steps.slice(0, shown)),
    earlier.length
      ? el('details', null, el('summary', null, say(language, 'earlier', { count: earlier.length })), list(earlier))
      : null);
}

function itemLine(item, language) {
  const price = [pick(item.price, language), item.quantity > 1 || item.price ? `×${item.quantity}` : ''];
  return el('li', null,
    el('i', { class: 'picture', 'aria-hidden': 'true' }),
    el('span', null, pick(item.name, language), el('span', { class: 'price' }, price.join(' '))));
}

function orderCard(data, language) {
  const items = data.items || [];
  return el('article', { class: 'card order', 'aria-label': `${say(language, 'order')} ${data.order_number}` },
    head(data.order_number, data, language),
    items.length ? el('ul', { class: 'items' }, ...items.map((item) => itemLine(item, language))) : null,
    facts(language, {
      total: pick(data.total, language),
      placed_on: pick(data.placed, language) || data.placed_on,
      promised_on: pick(data.promised, language) || data.promised_on,
      courier: pick(data.courier, language),
      tracking: data.tracking_number,
    }),
    timeline(data.events || [], SHOWN, language));
}

function refundCard(data, language) {
  return el('article', { class: 'card refund', 'aria-label': `${say(language, 'refund')} ${data.order_number}` },
    head(`${say(language, 'refund')} ${pick(data.amount, language)}`, data, language),
    facts(language, {
      order: data.order_number,
      refund_to: pick(data.method, language),
      expected: pick(data.expected, language),
    }),
    timeline(data.steps || [], 9, language));
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
  const known = { order: orderCard, refund: refundCard, article: articleCard };
  return Object.prototype.hasOwnProperty.call(known, card.kind) ? known[card.kind](card.data, language) : null;
}
