/*
 * Photos and files on their way out: kept on the phone until they have arrived, made smaller, sent with progress.
 * Loaded with a customer's first file.
 */

import { ApiError } from './api.js';

const PATIENCE = 180000; // milliseconds for one file
const LONGEST_SIDE = 2560; // pixels; enough to read a parcel's label
const SMALL = 1500000; // bytes; a photo below this is sent as it is
const STORE = 'files';
const memory = new Map();

/** Runs `work(store)` on the browser's own shelf for files; throws where it keeps none (private windows, sandboxes). */
function onDisk(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = window.indexedDB.open('kefu', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const change = database.transaction(STORE, mode);
      const request = work(change.objectStore(STORE));
      change.oncomplete = () => { database.close(); resolve(request.result); };
      change.onabort = () => { database.close(); reject(change.error); };
    };
  });
}

export async function keepFile(id, blob) {
  memory.set(id, blob);
  try {
    await onDisk('readwrite', (store) => store.put(blob, id));
  } catch (refused) {
    // Then it lasts as long as this page.
  }
}

async function fileOf(id) {
  if (memory.has(id)) return memory.get(id);
  try {
    return await onDisk('readonly', (store) => store.get(id));
  } catch (refused) {
    return undefined;
  }
}

export async function forgetFile(id) {
  memory.delete(id);
  try {
    await onDisk('readwrite', (store) => store.delete(id));
  } catch (refused) {
    // Nothing was kept.
  }
}

/** A large photo as a smaller one, the right way up; anything else, and what the browser cannot read, as it is. */
export async function smaller(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < SMALL) return file;
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
      image.src = address;
    });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', 0.88); });
    return made && made.size < file.size ? made : file;
  } catch (unreadable) {
    return file;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Sends the file of an outbox item; the server's id of it. `onProgress(percent)`. Throws ApiError, as `api.js` does. */
export async function upload(item, address, language, onProgress) {
  const blob = await fileOf(item.client_id);
  if (!blob) throw new ApiError('lost_file', '', 400);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = () => reject(new ApiError('offline', '', 0));
    request.open('POST', address);
    request.timeout = PATIENCE;
    request.responseType = 'json';
    request.setRequestHeader('Accept-Language', language);
    // Text, so that no browser asks beforehand whether it may; the server looks at the bytes.
    request.setRequestHeader('Content-Type', 'text/plain');
    request.upload.onprogress = (event) => { if (event.lengthComputable) onProgress(Math.floor(event.loaded * 100 / event.total)); };
    request.onload = () => {
      const body = request.response || {};
      if (request.status === 201 && body.attachment) resolve(body.attachment);
      else reject(new ApiError((body.error || {}).code || 'refused', (body.error || {}).message, request.status));
    };
    request.onerror = fail;
    request.ontimeout = fail;
    request.onabort = fail;
    request.send(blob);
  });
}
