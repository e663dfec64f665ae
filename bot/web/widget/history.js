/* The messages of one conversation as the server numbered them, each once. */

export function createHistory() {
  const messages = new Map();
  let last = 0;
  return {
    /** False when the message was known. */
    add(message) {
      if (messages.has(message.id)) return false;
      messages.set(message.id, message);
      last = Math.max(last, message.seq);
      return true;
    },
    last: () => last,
    list: () => Array.from(messages.values()).sort((one, other) => one.seq - other.seq),
    has: (clientId) => Array.from(messages.values()).some((message) => message.client_id === clientId),
    /** How many messages after `seq` the customer has not written. */
    unread: (seq) => Array.from(messages.values()).filter((message) => message.seq > seq && message.author !== 'customer').length,
  };
}

/**
 * The ids of messages whose buttons may still be pressed: those of the newest answer until the customer has said
 * something else. A notice's buttons ("back to the bot" while waiting) outlive further words, until one is used.
 *
 * `unsent` holds the texts still in the outbox.
 */
export function pressable(messages, unsent) {
  const said = new Set(unsent);
  let index = messages.length - 1;
  for (; index >= 0 && messages[index].author === 'customer'; index -= 1) said.add(messages[index].text);
  const open = new Set();
  for (; index >= 0 && messages[index].author !== 'customer'; index -= 1) {
    const { id, author, buttons } = messages[index];
    const isUsed = buttons.some((button) => said.has(button.title));
    if (author === 'system' ? !isUsed : !said.size) open.add(id);
  }
  return open;
}
