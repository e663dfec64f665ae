/* Where the customer can be reached: which chats are joined, since when and how; to invite them elsewhere, to separate. */

import { el } from '../widget/dom.js';
import { moment } from '../widget/i18n.js';
import { say } from './i18n.js';

function line(one, language) {
  const words = one.parted_at
    ? say(language, 'channel_parted', {
      time: moment(one.parted_at, language), by: one.parted_by === 'customer' ? say(language, 'author_customer') : one.parted_by,
    })
    : one.joined_at && say(language, `channel_joined_${one.by}`, { time: moment(one.joined_at, language) });
  return el('li', { class: one.parted_at ? 'quiet' : null },
    say(language, `channel_${one.channel}`), words ? el('span', { class: 'quiet' }, ` · ${words}`) : null);
}

/** The lines of a conversation's `channels`, and what its agent may do about them: `onAct(action, body)`. */
export function channels(one, language, onAct) {
  const list = one.channels || [];
  const linked = list.filter((each) => !each.parted_at).map((each) => each.channel);
  const free = (one.invites || []).filter((channel) => !linked.includes(channel));
  const button = (text, action, body) => el('button', { type: 'button', class: 'plain', onclick: () => onAct(action, body()) }, text);
  const isOwned = one.owner === 'agent';
  return [
    el('ul', { class: 'channels' }, ...list.map((each) => line(each, language))),
    ...(isOwned ? free : []).map((channel) => button(
      say(language, 'invite', { channel: say(language, `channel_${channel}`) }), 'invite',
      () => ({ channel, client_id: `${Date.now()}-${Math.random().toString(36).slice(2)}` }))),
    isOwned && linked.length > 1 ? button(say(language, 'separate'), 'separate', () => ({})) : null,
  ];
}
