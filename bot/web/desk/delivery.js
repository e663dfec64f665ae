/* What the customer's platform still lets through, and what became of each message. */

import { el } from '../widget/dom.js';
import { moment } from '../widget/i18n.js';
import { say } from './i18n.js';

// How a message's fate is marked; a sent one needs no mark.
const MARKS = {
  held: 'held', delayed: 'delayed', perhaps: 'perhaps', failed: 'delivery_failed', pending: 'unsent', sending: 'unsent',
};

/** A line under a message that the customer does not have, with the reason; null for one that was sent. */
export function fateOf(message, language) {
  const key = message.author === 'customer' ? null : MARKS[message.delivery];
  if (!key) return null;
  const reason = message.delivery_reason ? ` (${say(language, `why_${message.delivery_reason}`)})` : '';
  return el('p', { class: `mark ${message.delivery}` }, `${say(language, key)}${reason}`);
}

/** What may still be sent here, in words; empty where the platform sets no limits. */
export function limitsText(limits, language) {
  if (!limits) return '';
  if (!limits.closes_at && limits.agent_until) {
    return say(language, 'limit_agent_only', { time: moment(limits.agent_until, language) });
  }
  if (!limits.closes_at) return say(language, 'limit_closed');
  if (limits.left === 0) return say(language, 'limit_spent');
  const left = limits.left === null
    ? say(language, 'limit_any')
    : say(language, 'limit_left', { left: limits.left, bot: limits.left_for_bot });
  return `${left} · ${say(language, 'limit_until', { time: moment(limits.closes_at, language) })}`;
}

/** Worth a warning: nothing, or the last message. */
export function isScarce(limits) {
  return Boolean(limits) && (!limits.closes_at || (limits.left !== null && limits.left <= 1));
}
