/* The agent's field: who may write, and what is on its way. */

import { el, fit, isSendingEnter, lengthOf, refill, setText } from '../widget/dom.js';
import { say } from './i18n.js';

const LIMIT = 5000;

/** Why the agent cannot write here, or null. */
function obstacle(one, me, language) {
  if (one.owner === 'agent') {
    return one.agent === me.username ? null : say(language, 'with_colleague', { agent: one.agent_name || one.agent });
  }
  return say(language, one.owner === 'closed' ? 'is_closed' : 'claim_first');
}

/** `onSend(text)`, `onFile(file)`, `onTyping()`; drafts are kept by conversation while the desk is open. */
export function createReply({ onSend, onFile, onTyping }) {
  const drafts = new Map();
  const label = el('label', { class: 'unseen', for: 'reply' });
  const field = el('textarea', { id: 'reply', rows: '2', enterkeyhint: 'send', 'aria-describedby': 'reply-hint' });
  const hint = el('p', { id: 'reply-hint', class: 'quiet' });
  const send = el('button', { type: 'submit', class: 'main' });
  const picker = el('input', { type: 'file', class: 'unseen', tabindex: '-1', 'aria-hidden': 'true' });
  const attach = el('button', { type: 'button', class: 'plain attach', onclick: () => picker.click() });
  const form = el('form', { class: 'reply' }, label, field,
    el('div', { class: 'reply-foot' }, hint, el('div', { class: 'reply-buttons' }, picker, attach, send)));
  const blocked = el('p', { class: 'blocked quiet' });
  const node = el('div', { class: 'reply-box' });
  let shownId = null;
  let language = 'zh';

  function check() {
    fit(field);
    const count = lengthOf(field.value.trim());
    const isOver = count > LIMIT;
    send.disabled = !count || isOver;
    hint.classList.toggle('problem', isOver);
    setText(hint, isOver ? say(language, 'too_long', { limit: LIMIT, count }) : say(language, 'write_hint'));
    return !send.disabled;
  }

  function submit() {
    if (!check()) return;
    const text = field.value.trim();
    field.value = '';
    drafts.delete(shownId);
    check();
    onSend(text);
    field.focus();
  }

  field.addEventListener('input', () => {
    drafts.set(shownId, field.value);
    check();
    onTyping();
  });
  function take(files) {
    Array.from(files).forEach((file) => onFile(file));
  }

  picker.addEventListener('change', () => {
    take(picker.files);
    picker.value = '';
  });
  field.addEventListener('paste', (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  field.addEventListener('keydown', (event) => {
    if (!isSendingEnter(event)) return;
    event.preventDefault();
    submit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });

  return {
    node,
    focus: () => field.focus(),
    restore(text) {
      field.value = field.value ? `${field.value}\n${text}` : text;
      check();
      field.focus();
    },
    show(one, me, next) {
      language = next;
      const problem = obstacle(one, me, language);
      setText(label, say(language, 'write'));
      setText(send, say(language, 'send'));
      setText(attach, say(language, 'attach'));
      picker.accept = (one.files && one.files.types || []).join(',');
      field.placeholder = say(language, 'write');
      if (shownId !== one.id) {
        shownId = one.id;
        field.value = drafts.get(one.id) || '';
      }
      setText(blocked, problem || '');
      const wanted = problem ? blocked : form;
      if (node.firstChild !== wanted) refill(node, wanted);
      check();
    },
  };
}
