/* What the browser keeps for us. Where storage is refused (private windows, blocked third parties) memory stands in. */

/** `{get, set, remove}` over `localStorage`, values as JSON; never throws. */
export function openStorage() {
  const memory = new Map();
  let disk = null;
  try {
    window.localStorage.setItem('kefu.probe', '1');
    window.localStorage.removeItem('kefu.probe');
    disk = window.localStorage;
  } catch (refused) {
    disk = null;
  }
  return {
    get(key) {
      try {
        return JSON.parse((disk ? disk.getItem(key) : null) || memory.get(key) || 'null');
      } catch (broken) {
        return null;
      }
    },
    set(key, value) {
      const text = JSON.stringify(value);
      try {
        if (!disk) throw new Error('no storage');
        disk.setItem(key, text);
        memory.delete(key);
      } catch (full) {
        if (disk) disk.removeItem(key);
        memory.set(key, text);
      }
    },
    remove(key) {
      memory.delete(key);
      if (disk) disk.removeItem(key);
    },
  };
}

/** Runs `work` while no other tab of this browser runs it; at once where there are no locks or a frame may not use them. */
export async function alone(name, work) {
  let isMine = false;
  try {
    return await navigator.locks.request(name, () => {
      isMine = true;
      return work();
    });
  } catch (error) {
    if (isMine) throw error;
    return work();
  }
}

/** 32 hexadecimal characters nobody else will make. */
export function newId() {
  const bytes = window.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
