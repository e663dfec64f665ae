/* Both sides of a conversation as the agent reads it: in their language, the original beside it where it differs. */

import { cardOf } from '../widget/cards.js';
import { el, refill, withLinks } from '../widget/dom.js';
import { LOCALES, moment } from '../widget/i18n.js';
import { attachmentOf, placeOf } from './attachment.js';
import { explain } from './decision.js';
import { fateOf } from './delivery.js';
import { say } from './i18n.js';

function original(message, language) {
  if (message.original === message.text) return null;
  return el('div', { class: 'original', lang: LOCALES[message.language] },
    el('span', { class: 'tag' }, say(language, 'original')), message.original);
}

function bubble(message, language, readIn) {
  const text = message.author === 'customer' ? [message.text] : withLinks(message.text);
  return el('div', { class: `line ${message.author} ${message.delivery || ''}` },
    el('p', { class: 'who' },
      message.agent || say(language, `author_${message.author}`),
      message.via ? el('span', { class: 'via' }, say(language, `channel_${message.via}`)) : null,
      el('time', { datetime: message.created_at }, moment(message.created_at, language)),
      message.key ? el('code', { title: say(language, 'key') }, message.key) : null),
    message.text || !message.attachment
      ? el('div', { class: 'bubble' }, el('div', { class: 'said' }, ...text), original(message, language))
      : null,
    attachmentOf(message, language),
    placeOf(message, message.channel, language),
    cardOf(message.card, readIn),
    message.buttons.length
      ? el('p', { class: 'offered' }, ...message.buttons.map((button) => el('span', null, button.title)))
      : null,
    fateOf(message, language),
    explain(message.decision, language));
}

function unsent(item, language, actions) {
  const words = {
    waiting: 'waiting_send', sending: 'sending', failed: 'retrying', rejected: 'rejected', sent: 'sending',
  }[item.state];
  const control = (key, work) => el('button', { type: 'button', class: 'plain', onclick: work }, say(language, key));
  return el('div', { class: 'line agent unsent' },
    el('div', { class: 'bubble' }, el('div', { class: 'said' }, item.text)),
    el('p', { class: `mark ${item.state}` },
      say(language, words, { problem: item.problem ? item.problem.message : '' }),
      item.state === 'failed' ? control('retry', () => actions.retry()) : null,
      item.state === 'rejected' ? control('edit', () => actions.edit(item)) : null,
      item.state === 'rejected' ? control('remove', () => actions.remove(item)) : null));
}

/**
 * `show({messages, items, language, readIn})`: lines that did not change are left alone, so that what the agent has
 * unfolded stays so. `items` are the agent's own messages still on their way.
 */
export function createTranscript(container, actions) {
  let lines = new Map();
  return {
    show({ messages, items, language, readIn }) {
      const wasAtEnd = container.scrollHeight - container.scrollTop - container.clientHeight < 90;
      const before = lines;
      lines = new Map();
      // The channel of each bubble is only worth saying where there are several.
      const isJoined = new Set(messages.map((message) => message.channel)).size > 1;
      messages.forEach((one) => {
        const message = isJoined ? { ...one, via: one.channel } : one;
        const facts = JSON.stringify([message, language, readIn]);
        const known = before.get(message.id);
        lines.set(message.id, known && known.facts === facts ? known : { facts, node: bubble(message, language, readIn) });
      });
      items.forEach((item) => lines.set(item.client_id, { facts: '', node: unsent(item, language, actions) }));
      const nodes = Array.from(lines.values(), (line) => line.node);
      const isSame = nodes.length === container.childNodes.length && nodes.every((node, index) => node === container.childNodes[index]);
      if (isSame) return;
      const at = container.scrollTop;
      refill(container, ...nodes);
      container.scrollTop = wasAtEnd ? container.scrollHeight : at;
    },
    toEnd() { container.scrollTop = container.scrollHeight; },
  };
}
