/* The field a customer writes in. */

import { fit, isSendingEnter, lengthOf, setText } from './dom.js';
import { say } from './i18n.js';

const LIMIT = 5000; // characters the server takes
const WARN = 4500; // from here on the counter shows

/** `onSend(text)` is called with a text that may be sent, `onTyping()` at every change; `language()` is the interface's. */
export function createComposer({ form, field, button, count, language, onSend, onTyping }) {
  function check() {
    fit(field);
    const length = lengthOf(field.value.trim());
    const values = { count: length, limit: LIMIT };
    const isOver = length > LIMIT;
    count.hidden = length < WARN;
    count.classList.toggle('error', isOver);
    setText(count, count.hidden ? '' : say(language(), isOver ? 'too_long' : 'count', values));
    field.setAttribute('aria-invalid', String(isOver));
    button.disabled = !length || isOver;
  }

  function submit() {
    check();
    const text = field.value.trim();
    if (button.disabled) return;
    field.value = '';
    check();
    onSend(text);
    field.focus();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener('input', () => {
    check();
    onTyping();
  });
  field.addEventListener('keydown', (event) => {
    if (!isSendingEnter(event)) return;
    event.preventDefault();
    submit();
  });
  check();

  return {
    check,
    focus: () => field.focus(),
    /** Puts a text back for editing, after what is there. */
    restore(text) {
      field.value = field.value ? `${field.value}\n${text}` : text;
      check();
      field.focus();
    },
  };
}
