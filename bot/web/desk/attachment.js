/* What a customer or an agent sent besides words: a picture, a voice, a film, a file, a place on the map. */

import { anchor, el } from '../widget/dom.js';
import { say } from './i18n.js';

const MARKED_PLACE = /📍[^\n]*?(-?\d{1,3}(?:\.\d+)?),\s*(-?\d{1,3}(?:\.\d+)?)\)?\s*$/m;
const PLAYABLE = ['audio/mpeg', 'audio/mp4', 'audio/ogg'];

/** Bytes for people: `0.4 MB`, `12 KB`. Empty while the size is not known. */
function sizeOf(bytes) {
  if (!bytes) return '';
  return bytes >= 100000 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} KB`;
}

function fileLink(file, language, key) {
  const about = [file.name, sizeOf(file.size)].filter(Boolean).join(' · ');
  return anchor(file.url, say(language, key, { name: about }));
}

/** A picture is fetched from its platform after the message came: until it is there, a link to try again. */
function picture(file, language) {
  const image = el('img', { src: file.url, alt: file.name, loading: 'lazy' });
  const link = anchor(file.url, image);
  image.addEventListener('error', () => {
    link.textContent = say(language, 'file_not_here', { name: file.name });
  });
  return link;
}

function player(tag, file, language) {
  return el('div', null,
    el(tag, { controls: true, preload: 'none', src: file.url, 'aria-label': file.name }),
    el('p', null, fileLink(file, language, 'file_save')));
}

function content(file, language) {
  const kind = file.content_type.split('/')[0];
  if (!file.url) return el('span', { class: 'quiet' }, say(language, 'file_unknown', { name: file.name }));
  if (kind === 'image' && file.content_type !== 'image/heic') return picture(file, language);
  if (kind === 'video') return player('video', file, language);
  if (PLAYABLE.includes(file.content_type)) return player('audio', file, language);
  return fileLink(file, language, kind === 'audio' ? 'file_voice' : 'file_save');
}

/** The attachment of a message as a node, or null. */
export function attachmentOf(message, language) {
  const file = message.attachment;
  return file ? el('div', { class: 'attachment' }, content(file, language)) : null;
}

/**
 * A place that a customer sent, as a link to a map; null for other words. Chinese platforms count degrees by China's own
 * datum, which is hundreds of metres off on other maps.
 */
export function placeOf(message, channel, language) {
  const found = message.author === 'customer' && MARKED_PLACE.exec(message.original);
  if (!found) return null;
  const [, north, east] = found;
  const address = channel === 'messenger' || channel === 'web'
    ? `https://www.openstreetmap.org/?mlat=${north}&mlon=${east}#map=17/${north}/${east}`
    : `https://apis.map.qq.com/uri/v1/marker?marker=coord:${north},${east}&referer=kefu`;
  return el('p', { class: 'attachment' }, anchor(address, say(language, 'open_map')));
}
