/* The desk after the log-in: loads what is shown, keeps it live, carries out what the agent does. */

import { createOutbox } from '../widget/outbox.js';
import { newId, openStorage } from '../widget/storage.js';
import { api } from './api.js';
import { createDossier } from './dossier.js';
import { follow } from './live.js';
import { tick } from './marks.js';
import { createQueue, TABS } from './queue.js';
import { createTalk } from './talk.js';
import { say } from './i18n.js';

const TYPING = 6000; // milliseconds a "customer is typing" is believed
const TELL_TYPING = 3000; // milliseconds between telling the customer that the agent types
const SOON = 120; // milliseconds in which several changes become one look

/**
 * `me` is the agent, `language()` the interface's; `onLoggedOut()` when the session has ended; `notify(text, action)` shows
 * a line to the agent. Returns `{show, stop}`.
 */
export function startDesk({ elements, me, language, onLoggedOut, notify }) {
  const storage = openStorage();
  const outboxes = new Map();
  const state = {
    me, tab: 'waiting', openId: null, one: null, messages: [], readIn: me.language, agents: [],
    lists: { waiting: [], agent: [], bot: [], closed: [] },
  };
  let knownWaiting = null;
  let looking = 0;
  let typingUntil = 0;
  let toldTyping = 0;

  const queue = createQueue({ tabs: elements.tabs, list: elements.list, onOpen: open, onTab: setTab });
  const dossier = createDossier(elements.dossier, {
    onNote: (text) => act('notes', { text }),
    onVouch: (number) => act('verify', { order_number: number }),
    onAct: act,
    onBack: () => { elements.desk.dataset.pane = 'talk'; },
  });
  const talk = createTalk(elements.talk, {
    onAct: act,
    onSend(text) {
      outbox(state.openId).add({ text });
      talk.toEnd();
    },
    onFile: sendFile,
    onTyping() {
      if (Date.now() - toldTyping < TELL_TYPING) return;
      toldTyping = Date.now();
      live.send({ type: 'typing', conversation: state.openId });
    },
    onRead(readIn) {
      state.readIn = readIn;
      loadOpen();
    },
    onBack: leave,
    onDetails: () => { elements.desk.dataset.pane = 'dossier'; },
    retry: () => outbox(state.openId).retry(),
    remove(item) {
      outbox(state.openId).forget(item.client_id);
      show();
    },
  });

  function view() {
    return {
      ...state, language: language(), isTyping: Date.now() < typingUntil, items: state.openId ? outbox(state.openId).items() : [],
    };
  }

  /** The agent's messages on their way in one conversation; they survive a reload. */
  function outbox(id) {
    if (!outboxes.has(id)) {
      outboxes.set(id, createOutbox({
        storage,
        key: `kefu.desk.${me.username}.${id}`,
        deliver: (item) => api.act(id, 'messages', { text: item.text, client_id: item.client_id }).catch(failed),
        onChange: show,
        async onSent(item) {
          await loadOpen();
          outboxes.get(id).forget(item.client_id);
          show();
        },
      }));
    }
    return outboxes.get(id);
  }

  function failed(error) {
    if (error.status === 401) onLoggedOut();
    throw error;
  }

  /** Runs a request for the agent and says plainly what went wrong; true when it worked. */
  async function attempt(work) {
    try {
      await work();
      return true;
    } catch (error) {
      if (error.status === 401) onLoggedOut();
      else if (error.code === 'owner_changed') notify(say(language(), 'owner_changed'));
      else if (error.code === 'offline') notify(say(language(), 'offline'));
      else notify(say(language(), 'trouble', { problem: error.message }));
      return false;
    }
  }

  async function act(action, body) {
    const id = state.openId;
    const done = await attempt(() => api.act(id, action, body));
    await Promise.all([loadLists(), loadOpen()]);
    if (done && action === 'claim') {
      setTab('agent');
      talk.focusReply();
    }
    return done;
  }

  /** A file is a message of its own. It is not kept for later: what went wrong is said at once. */
  async function sendFile(file) {
    const id = state.openId;
    notify(say(language(), 'file_sending', { name: file.name }));
    await attempt(() => api.sendFile(id, file, newId()));
    await loadOpen();
    talk.toEnd();
  }

  async function loadLists() {
    try {
      const found = await Promise.all(TABS.map((tab) => api.conversations(tab)));
      TABS.forEach((tab, index) => { state.lists[tab] = found[index]; });
      announce();
      show();
    } catch (error) {
      if (error.status === 401) onLoggedOut();
    }
  }

  async function loadOpen() {
    const id = state.openId;
    if (!id) return;
    try {
      const [one, messages] = await Promise.all([api.conversation(id), api.transcript(id, state.readIn)]);
      if (id !== state.openId) return;
      Object.assign(state, { one, messages });
      if (messages.length && messages[messages.length - 1].author === 'customer') typingUntil = 0;
      show();
    } catch (error) {
      if (error.status === 401) onLoggedOut();
      else if (error.status === 404) leave();
    }
  }

  /** Without a sound: the count in the title, and a line for each customer who was not waiting before. */
  function announce() {
    const waiting = state.lists.waiting;
    const fresh = knownWaiting ? waiting.filter((row) => !knownWaiting.has(row.id) && row.id !== state.openId) : [];
    knownWaiting = new Set(waiting.map((row) => row.id));
    fresh.forEach((row) => notify(say(language(), 'new_waiting', { reason: row.reason ? row.reason.text : '' }), {
      label: say(language(), 'open'),
      run: () => open(row.id),
    }));
  }

  function tellOverdue({ conversation, complaint }) {
    lookSoon();
    notify(say(language(), 'new_overdue', { number: complaint }), { label: say(language(), 'open'), run: () => open(conversation) });
  }

  function show() {
    const count = state.lists.waiting.length;
    document.title = `${count ? `(${count}) ` : ''}${say(language(), 'title')}`;
    const now = view();
    queue.show(now);
    talk.show(now);
    if (state.one) dossier.show(state.one, language());
    else dossier.clear();
  }

  function setTab(tab) {
    state.tab = tab;
    show();
  }

  async function open(id) {
    elements.desk.dataset.pane = 'talk';
    if (state.openId !== id) {
      Object.assign(state, { openId: id, one: null, messages: [] });
      typingUntil = 0;
      window.history.replaceState(null, '', `#${id}`);
      await loadOpen();
      outbox(id).retry();
    }
    talk.focusHead();
  }

  function leave() {
    elements.desk.dataset.pane = 'queue';
    Object.assign(state, { openId: null, one: null, messages: [] });
    window.history.replaceState(null, '', window.location.pathname);
    show();
  }

  function lookSoon() {
    if (looking) return;
    looking = setTimeout(() => {
      looking = 0;
      loadLists();
      loadOpen();
    }, SOON);
  }

  const live = follow({
    address: api.streamAddress(),
    onFrame(frame) {
      if (frame.type === 'changed') lookSoon();
      if (frame.type === 'overdue') tellOverdue(frame);
      if (frame.type !== 'typing' || frame.conversation !== state.openId) return;
      typingUntil = Date.now() + TYPING;
      setTimeout(show, TYPING + 50);
      show();
    },
    onState(isLive) {
      elements.link.textContent = isLive ? '' : say(language(), 'link_lost');
    },
    look: lookSoon,
  });
  const ticking = setInterval(tick, 1000);

  elements.desk.dataset.pane = 'queue';
  api.agents().then((agents) => { state.agents = agents; show(); }, () => {});
  loadLists();
  if (window.location.hash.length > 1) open(window.location.hash.slice(1));
  show();

  return {
    show,
    stop() {
      live.stop();
      clearInterval(ticking);
      clearTimeout(looking);
      outboxes.forEach((one) => one.stop());
    },
  };
}
