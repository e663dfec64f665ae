/* Small signs: the mood as a face, names of people and channels, times that tick. */

import { el } from '../widget/dom.js';
import { say } from './i18n.js';

const SVG = 'http://www.w3.org/2000/svg';
const MOODS = [
  [-0.6, 'upset', 'M8 16.500c2.200-3 5.800-3 8 0M7 8.500l3 1.500M17 8.500l-3 1.500'],
  [-0.25, 'unhappy', 'M8.500 16c2-1.800 5-1.800 7 0'],
  [0.35, 'calm', 'M8.500 15h7'],
  [1, 'pleased', 'M8 14c2.200 3 5.800 3 8 0'],
];

/** `upset`, `unhappy`, `calm` or `pleased`, from −1 .. 1. */
export function moodName(mood) {
  return MOODS.find(([limit]) => mood <= limit)[1];
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  return node;
}

/** A face with its meaning in words for those who cannot see it. */
export function face(mood, language) {
  const [, name, mouth] = MOODS.find(([limit]) => mood <= limit);
  const label = `${say(language, 'mood')}: ${say(language, `mood_${name}`)} (${mood.toFixed(2)})`;
  const svg = shape('svg', { viewBox: '0 0 24 24', class: `face ${name}`, role: 'img', 'aria-label': label });
  const title = shape('title', {});
  title.textContent = label;
  svg.append(
    title,
    shape('circle', { cx: 12, cy: 12, r: 10 }),
    shape('circle', { cx: 8.7, cy: 10.5, r: 0.8 }),
    shape('circle', { cx: 15.3, cy: 10.5, r: 0.8 }),
    shape('path', { d: mouth }),
  );
  return svg;
}

export function customerName(row, language) {
  if (row.customer) return row.customer.name || row.customer.id;
  return say(language, 'visitor', { id: row.id.slice(0, 4).toUpperCase() });
}

/** Seconds as `0:42`, `12:05` or `1:02:05`. */
export function clock(seconds) {
  const parts = [Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(seconds / 3600);
  return hours ? `${hours}:${parts.join(':')}` : parts.join(':').replace(/^0(\d)/, '$1');
}

/** An element that counts up from `seconds`; `tick()` moves all of them. */
export function waitingSince(seconds, language) {
  const node = el('span', { class: 'waited' });
  node.dataset.since = String(Date.now() - seconds * 1000);
  node.dataset.language = language;
  paint(node);
  return node;
}

function paint(node) {
  const seconds = Math.max(0, (Date.now() - Number(node.dataset.since)) / 1000);
  node.textContent = say(node.dataset.language, 'waited', { time: clock(seconds) });
  node.classList.toggle('long', seconds > 180);
}

export function tick() {
  document.querySelectorAll('[data-since]').forEach(paint);
}
