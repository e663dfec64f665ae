/* The desk's words in both languages: words_zh.js and words_en.js. */

import { fill } from '../widget/i18n.js';
import { en } from './words_en.js';
import { zh } from './words_zh.js';

const texts = { zh, en };

/** One text of the desk; an unknown key (a new channel, a new rule's name) is shown as it is. */
export function say(language, key, values) {
  return fill(texts[language][key] || key.replace(/^[a-z]+_/, ''), values);
}
