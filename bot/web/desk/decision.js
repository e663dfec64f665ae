/* Why the bot said what it said: what it understood, which rule fired, what it looked up and changed. */

import { el } from '../widget/dom.js';
import { say } from './i18n.js';

const percent = (number) => (typeof number === 'number' ? `${Math.round(number * 100)}%` : '');
const plain = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

function line(label, value) {
  return value ? el('div', { class: 'fact' }, el('dt', null, label), el('dd', null, value)) : null;
}

function factLines(facts, language) {
  return Object.entries(facts || {})
    .filter(([name]) => !['article', 'score', 'misunderstood', 'collected'].includes(name))
    .map(([name, value]) => line(name, plain(value)))
    .concat(facts && facts.article ? line(say(language, 'article'), `${facts.article} · ${percent(facts.score)}`) : []);
}

function handoffLine(handoff, language) {
  if (!handoff) return null;
  const { rule, threshold, measured, words } = handoff;
  const numbers = typeof threshold === 'number' ? ` (${measured} / ${threshold})` : '';
  return line(say(language, 'handoff'), `${rule}${numbers}${words ? ` · ${words}` : ''}`);
}

/** A block that unfolds, or null for messages nobody decided about (those an agent answered). */
export function explain(decision, language) {
  if (!decision || !decision.intent) return null;
  const others = (decision.ranking || []).filter(([name, score]) => name !== decision.intent && score >= 0.01).slice(0, 3);
  const moods = decision.mood_words && decision.mood_words.length ? ` · ${decision.mood_words.join(', ')}` : '';
  const flags = ['failed', 'misunderstood'].filter((name) => decision[name]);
  return el('details', { class: 'decision' },
    el('summary', null,
      el('span', { class: 'unseen' }, `${say(language, 'decision')}: `),
      `${decision.intent} · ${percent(decision.confidence)}`,
      ...flags.map((name) => el('b', { class: 'flag' }, say(language, name)))),
    el('dl', null,
      line(say(language, 'intent'), decision.intent),
      line(say(language, 'confidence'), percent(decision.confidence)),
      line(say(language, 'ranking'), others.map(([name, score]) => `${name} ${percent(score)}`).join(', ')),
      line(say(language, 'entities'), (decision.entities || []).map((one) => `${one.entity} = ${plain(one.value)}`).join(', ')),
      line(say(language, 'mood'), typeof decision.mood === 'number' ? `${decision.mood.toFixed(2)}${moods}` : ''),
      line(say(language, 'rule'), decision.rule),
      line(say(language, 'actions'), (decision.actions || []).join(' → ')),
      line(say(language, 'effects'), (decision.effects || []).join(', ')),
      ...factLines(decision.facts, language),
      handoffLine(decision.handoff, language)));
}
