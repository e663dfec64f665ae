/* What an agent wants to know before the first word: why they were called, whose orders, what was tried. */

import { cardOf } from '../widget/cards.js';
import { el, refill } from '../widget/dom.js';
import { moment } from '../widget/i18n.js';
import { channels } from './channels.js';
import { face } from './marks.js';
import { say } from './i18n.js';

function section(title, ...content) {
  return el('section', null, el('h3', null, title), ...content);
}

function fact(label, value) {
  return value === null || value === undefined || value === ''
    ? null
    : el('div', { class: 'fact' }, el('dt', null, label), el('dd', null, String(value)));
}

const quiet = (text) => el('p', { class: 'quiet' }, text);

function handoffs(list, language) {
  if (!list.length) return [quiet(say(language, 'never_handed'))];
  return list.slice().reverse().map((one) => el('article', { class: 'why' },
    el('strong', null, one.reason),
    el('dl', null,
      fact(say(language, 'handoff_rule'), one.rule),
      fact(say(language, 'words'), one.words && `「${one.words}」`),
      fact(say(language, 'threshold'), one.threshold),
      fact(say(language, 'measured'), typeof one.measured === 'number' ? Math.round(one.measured * 100) / 100 : null)),
    el('time', { datetime: one.created_at }, moment(one.created_at, language))));
}

/** What was asked for, with its number and how far it is. */
function asked(requests, language) {
  return requests.map((one) => [
    one.reference, one.kind, one.state ? `(${say(language, `request_${one.state}`)})` : '',
  ].filter(Boolean).join(' ')).join(' · ');
}

function order(data, language) {
  const { customer, refund, requests } = data;
  return el('div', { class: 'order-entry' },
    data.unavailable
      ? quiet([data.order_number, say(language, 'records_down')].filter(Boolean).join(' · '))
      : cardOf({ kind: 'order', data }, language),
    refund ? cardOf({ kind: 'refund', data: refund }, language) : null,
    el('dl', null,
      customer ? fact(say(language, 'author_customer'), `${customer.name} ${customer.phone}`) : null,
      customer ? fact(say(language, 'identity'), say(language, `identity_${customer.identity === 'signed' ? 'signed' : 'verified'}`)) : null,
      requests && requests.length ? fact(say(language, 'requests'), asked(requests, language)) : null));
}

/** What the customer told the bot, so that nobody has to ask again. */
function wishes(list, language) {
  return list.slice().reverse().map((one) => el('article', { class: 'why' },
    el('strong', null, one.service),
    el('dl', null,
      fact(say(language, 'order_number'), one.order_number),
      ...one.answers.map(({ label, text }) => fact(label, text)),
      fact(say(language, 'progress'), one.state))));
}

function notes(list, language) {
  if (!list.length) return [quiet(say(language, 'no_notes'))];
  return list.map((note) => el('article', { class: 'note' },
    el('p', null, note.text),
    el('span', { class: 'quiet' }, `${note.agent} · ${moment(note.created_at, language)}`)));
}

function wanted(list) {
  return el('ol', { class: 'intents' }, ...list.map((one) => el('li', { class: one.understood === false ? 'lost' : null },
    one.intent, el('span', { class: 'quiet' }, typeof one.confidence === 'number' ? ` ${Math.round(one.confidence * 100)}%` : ''))));
}

/** An agent who has made sure who this is says so, by an order of theirs. */
function voucher(one, language, onVouch) {
  if (one.owner !== 'agent') return null;
  return el('button', {
    type: 'button',
    class: 'plain',
    onclick: () => {
      const number = window.prompt(say(language, 'vouch_order'));
      if (number && number.trim()) onVouch(number.trim());
    },
  }, say(language, 'vouch'));
}

/** `onNote(text)` resolves when the note is stored; `show(one, language)` paints a conversation's dossier. */
export function createDossier(container, { onNote, onBack, onVouch, onAct }) {
  const field = el('textarea', { rows: '2', id: 'note' });
  const label = el('label', { class: 'unseen', for: 'note' });
  const save = el('button', { type: 'submit', class: 'plain' });
  const form = el('form', { class: 'note-form' }, label, field, save);
  let shown = '';

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text && await onNote(text)) field.value = '';
  });

  return {
    clear() {
      shown = '';
      refill(container);
    },
    show(one, language) {
      const facts = JSON.stringify([{ ...one, waiting_seconds: 0, last_message: null, version: 0 }, language]);
      if (facts === shown) return;
      if (shown && JSON.parse(shown)[0].id !== one.id) field.value = '';
      shown = facts;
      const isWriting = document.activeElement === field;
      label.textContent = say(language, 'note');
      field.placeholder = say(language, 'note');
      save.textContent = say(language, 'add_note');
      refill(container,
        el('button', { type: 'button', class: 'plain back', onclick: onBack }, `‹ ${say(language, 'transcript')}`),
        section(say(language, 'why'), ...handoffs(one.handoffs, language)),
        ...((one.collected || []).length
          ? [section(say(language, 'collected'), ...wishes(one.collected, language))]
          : []),
        section(say(language, 'orders'), ...(one.orders.length
          ? one.orders.map((data) => order(data, language))
          : [quiet(say(language, 'no_orders'))]), voucher(one, language, onVouch)),
        section(say(language, 'channels'), ...channels(one, language, onAct)),
        section(say(language, 'notes'), ...notes(one.notes, language), form),
        ...(one.intents.length ? [section(say(language, 'intents'), wanted(one.intents))] : []),
        ...(one.mood_curve.length
          ? [section(say(language, 'mood_curve'), el('p', { class: 'moods' }, ...one.mood_curve.map(({ mood }) => face(mood, language))))]
          : []),
        ...((one.articles || []).length
          ? [section(say(language, 'articles'), el('ul', null, ...one.articles.map(({ slug }) => el('li', null, slug))))]
          : []),
        ...((one.changes || []).length
          ? [section(say(language, 'changes'), el('ul', null, ...one.changes.map(({ effect }) => el('li', null, effect))))]
          : []));
      if (isWriting) field.focus();
    },
  };
}
