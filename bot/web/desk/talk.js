/* The middle of the desk: one conversation with what can be done about it. */

import { el, refill, setText } from '../widget/dom.js';
import { isScarce, limitsText } from './delivery.js';
import { createReply } from './reply.js';
import { createTranscript } from './transcript.js';
import { customerName, face, waitingSince } from './marks.js';
import { say } from './i18n.js';

/** What the agent may do now: `[action, text key, class]`. A supervisor may act on anybody's conversation. */
function actionsOf(one, me) {
  const isMine = one.owner === 'agent' && (one.agent === me.username || me.role === 'supervisor');
  return [
    one.owner === 'waiting' && ['claim', 'claim', 'main'],
    one.owner === 'bot' && ['claim', 'take_over', 'plain'],
    isMine && ['return', 'give_back', 'plain'],
    (isMine || one.owner === 'waiting') && ['close', 'close', 'plain danger'],
  ].filter(Boolean);
}

/** `handlers`: onAct(action, body), onSend, onFile, onTyping, onRead(language), onBack, onDetails, retry, edit, remove. */
export function createTalk(container, handlers) {
  const head = el('header', { class: 'talk-head' });
  const log = el('div', { class: 'transcript', role: 'log', tabindex: '0' });
  const typing = el('p', { class: 'typing quiet', role: 'status' });
  const limits = el('p', { class: 'limits quiet', role: 'status' });
  const reply = createReply({ onSend: handlers.onSend, onFile: handlers.onFile, onTyping: handlers.onTyping });
  const transcript = createTranscript(log, {
    retry: handlers.retry,
    remove: handlers.remove,
    edit(item) {
      handlers.remove(item);
      reply.restore(item.text);
    },
  });
  let shownHead = '';
  let shownId = null;

  function transfer(one, { me, agents, language }) {
    const others = agents.filter((agent) => agent.username !== one.agent);
    if (one.owner !== 'agent' || !others.length || (one.agent !== me.username && me.role !== 'supervisor')) return null;
    const choice = el('select', { 'aria-label': say(language, 'transfer_to') },
      el('option', { value: '' }, say(language, 'transfer')),
      ...others.map((agent) => el('option', { value: agent.username }, agent.display_name)));
    choice.addEventListener('change', () => { if (choice.value) handlers.onAct('transfer', { agent: choice.value }); });
    return choice;
  }

  function readIn(state) {
    const pick = (language) => el('button', {
      type: 'button', 'aria-pressed': String(state.readIn === language), onclick: () => handlers.onRead(language),
    }, language === 'zh' ? '中文' : 'English');
    return el('div', { class: 'switch', role: 'group', 'aria-label': say(state.language, 'read_in') }, pick('zh'), pick('en'));
  }

  function owner(one, language) {
    return el('span', { class: `owner ${one.owner}` }, say(language, `owner_${one.owner}`, { agent: one.agent_name || one.agent }));
  }

  function showHead(one, state) {
    const { language, me } = state;
    const facts = JSON.stringify([
      one.id, one.owner, one.agent, one.place, one.mood, one.customer, one.language, language, state.readIn, state.agents, me,
    ]);
    if (facts === shownHead) return;
    shownHead = facts;
    refill(head,
      el('button', { type: 'button', class: 'plain back', onclick: handlers.onBack }, `‹ ${say(language, 'back')}`),
      el('div', { class: 'talk-who' },
        el('h2', { tabindex: '-1' }, face(one.mood, language), customerName(one, language)),
        el('p', { class: 'quiet' },
          owner(one, language),
          ` ${say(language, `channel_${one.channel}`)} · ${say(language, `language_${one.language}`)} `,
          one.waiting_seconds === null ? '' : waitingSince(one.waiting_seconds, language))),
      el('div', { class: 'talk-actions' },
        ...actionsOf(one, me).map(([action, key, style]) => el('button', {
          type: 'button', class: style, onclick: () => handlers.onAct(action, {}),
        }, say(language, key))),
        transfer(one, state),
        readIn(state),
        el('button', { type: 'button', class: 'plain details', onclick: handlers.onDetails }, say(language, 'details'))));
  }

  return {
    focusReply: () => reply.focus(),
    toEnd: () => transcript.toEnd(),
    focusHead() {
      const title = head.querySelector('h2');
      if (title) title.focus();
    },
    /** `state`: `{one, messages, items, language, readIn, me, agents, isTyping}`; without `one` an invitation. */
    show(state) {
      const { one, language } = state;
      if (!one) {
        shownId = null;
        shownHead = '';
        refill(container, el('p', { class: 'nothing quiet' }, say(language, 'pick')));
        return;
      }
      showHead(one, state);
      log.setAttribute('aria-label', say(language, 'transcript'));
      transcript.show(state);
      setText(typing, state.isTyping ? say(language, 'typing') : '');
      setText(limits, limitsText(one.reply_limits, language));
      limits.setAttribute('aria-label', say(language, 'limits'));
      limits.classList.toggle('scarce', isScarce(one.reply_limits));
      reply.show(one, state.me, language);
      if (shownId === one.id) return;
      shownId = one.id;
      refill(container, head, log, typing, limits, reply.node);
      transcript.toEnd();
    },
  };
}
