/* The list of conversations under its tabs. Rows are kept while they stay, so that the keyboard does not lose its place. */

import { el, refill } from '../widget/dom.js';
import { customerName, face, waitingSince } from './marks.js';
import { say } from './i18n.js';

export const TABS = ['waiting', 'agent', 'bot', 'closed'];

function lastSaid({ last_message: last }, language) {
  return last ? `${say(language, `author_${last.author}`)}: ${last.text}` : '';
}

function rowContent(row, language) {
  return [
    el('span', { class: 'row-head' },
      face(row.mood, language),
      el('strong', null, customerName(row, language)),
      row.place ? el('span', { class: 'place' }, say(language, 'place', { place: row.place })) : null),
    row.reason && row.owner !== 'bot' ? el('span', { class: 'reason' }, row.reason.text) : null,
    row.reason && row.reason.summary && row.owner === 'waiting' ? el('span', { class: 'last' }, row.reason.summary) : null,
    el('span', { class: 'last' }, lastSaid(row, language)),
    el('span', { class: 'row-foot' },
      el('span', null, `${say(language, `channel_${row.channel}`)} · ${say(language, `language_${row.language}`)}`),
      row.waiting_seconds === null ? null : waitingSince(row.waiting_seconds, language),
      row.owner === 'agent' ? el('span', null, row.agent_name || row.agent) : null,
      row.undelivered ? el('span', { class: 'undelivered' }, say(language, 'undelivered', { count: row.undelivered })) : null,
      (row.overdue || []).length ? el('span', { class: 'undelivered' }, say(language, 'overdue', { numbers: row.overdue.join(', ') })) : null),
  ];
}

/** `onOpen(id)` and `onTab(name)`; `show(state)` paints `{tab, lists, language, openId, me}`. */
export function createQueue({ tabs, list, onOpen, onTab }) {
  let rows = new Map();

  const tabButtons = new Map(TABS.map((name) => [name, el('button', {
    type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': 'list', onclick: () => onTab(name),
  })]));
  refill(tabs, ...tabButtons.values());

  tabs.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = TABS.findIndex((name) => tabButtons.get(name) === document.activeElement);
    const next = TABS[(at + step + TABS.length) % TABS.length];
    tabButtons.get(next).focus();
    onTab(next);
  });
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const buttons = Array.from(list.querySelectorAll('button'));
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next) next.focus();
    event.preventDefault();
  });

  function showTabs({ tab, lists, language, me }) {
    TABS.forEach((name) => {
      const button = tabButtons.get(name);
      const count = name === 'agent' ? lists.agent.filter((row) => row.agent === me.username).length : lists[name].length;
      const shown = count && name !== 'closed' ? el('b', { class: name === 'waiting' ? 'count hot' : 'count' }, String(count)) : '';
      refill(button, say(language, `tab_${name}`), shown);
      button.setAttribute('aria-selected', String(name === tab));
      button.tabIndex = name === tab ? 0 : -1;
    });
    list.setAttribute('aria-labelledby', `tab-${tab}`);
  }

  function rowOf(row, { language, openId }) {
    const known = rows.get(row.id);
    const line = known || {
      node: el('li', null, el('button', { type: 'button', class: 'row', onclick: () => onOpen(row.id) })),
    };
    const facts = JSON.stringify([{ ...row, waiting_seconds: row.waiting_seconds === null }, language]);
    const button = line.node.firstChild;
    if (line.facts !== facts) refill(button, ...rowContent(row, language).filter(Boolean));
    line.facts = facts;
    if (row.id === openId) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
    return line;
  }

  function show(state) {
    showTabs(state);
    const { tab, lists, language, me } = state;
    const shown = lists[tab];
    const own = tab === 'agent' ? shown.filter((row) => row.agent === me.username) : shown;
    const others = tab === 'agent' ? shown.filter((row) => row.agent !== me.username) : [];
    const next = new Map(shown.map((row) => [row.id, rowOf(row, state)]));
    const focused = document.activeElement;
    const nodes = own.map((row) => next.get(row.id).node);
    if (!own.length) nodes.push(el('li', { class: 'empty' }, say(language, `empty_${tab}`)));
    if (others.length) {
      nodes.push(el('li', { class: 'divider' }, say(language, 'colleagues')), ...others.map((row) => next.get(row.id).node));
    }
    refill(list, ...nodes);
    if (list.contains(focused)) focused.focus();
    rows = next;
  }

  return { show };
}
