/* What else the chat can do, on a sheet over it: a copy to keep, one by e-mail, going on on another channel. */

import { el, refill } from './dom.js';
import { say } from './i18n.js';

/**
 * Opens the sheet; `offers()` resolves to `{mail, channels: [{text}]}`, `mail(address)` when it was handed over; both
 * throw ApiError. `copy` is the address of the text file, `onSay(text)` says something for the customer, `onClose()`
 * follows the end of the sheet, which `close()` of what this returns brings about as well.
 */
export function openMenu({ area, language, copy, offers, mail, onSay, onClose }) {
  const told = el('p', { class: 'told', role: 'status' });
  const more = el('div');
  const button = (key, attributes) => el('button', { type: 'button', class: 'choice', ...attributes }, say(language, key));
  const done = button('menu_close', { onclick: close });
  const panel = el('div', { class: 'sheet', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'sheet', tabindex: '-1' },
    el('h2', { id: 'sheet' }, say(language, 'menu')),
    el('a', { class: 'choice', href: copy, download: true, target: '_blank', rel: 'noopener' }, say(language, 'download')),
    more,
    told,
    done);
  const explain = (error) => refill(told, error.code === 'offline' ? say(language, 'no_line') : error.message);

  function close() {
    panel.remove();
    onClose();
  }

  function mailForm() {
    const address = el('input', {
      type: 'email', id: 'email', autocomplete: 'email', placeholder: 'name@example.com', maxlength: '254', 'aria-describedby': 'told',
    });
    const post = button('mail', { type: 'submit' });
    async function submit(event) {
      event.preventDefault();
      if (post.disabled) return;
      post.disabled = true;
      refill(told, say(language, 'sending'));
      try {
        await mail(address.value.trim());
        refill(told, say(language, 'mailed'));
      } catch (error) {
        explain(error);
      }
      post.disabled = false;
    }
    return el('form', { novalidate: true, onsubmit: submit },
      el('label', { for: 'email' }, say(language, 'email')),
      el('div', { class: 'row' }, address, post));
  }

  async function fill() {
    try {
      const offered = await offers();
      const ways = offered.channels.map(({ text }) => el('button', {
        type: 'button',
        class: 'choice',
        onclick() {
          close();
          onSay(text);
        },
      }, text));
      refill(more, ...(offered.mail ? [mailForm()] : []), ...ways);
    } catch (error) {
      explain(error);
    }
  }

  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) {
      event.stopPropagation();
      close();
    }
    if (event.key !== 'Tab') return;
    // The keyboard stays on the sheet.
    const stops = Array.from(panel.querySelectorAll('a, input, button:not(:disabled)'));
    const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
    if (document.activeElement !== edge && !(event.shiftKey && document.activeElement === panel)) return;
    event.preventDefault();
    (event.shiftKey ? stops[stops.length - 1] : stops[0]).focus();
  });
  told.id = 'told';
  area.append(panel);
  panel.focus();
  fill();
  return { close };
}
