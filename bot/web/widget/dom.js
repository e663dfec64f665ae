/* Small helpers for building pages without ever parsing a string as HTML. */

/** An element with attributes (`class`, `aria-…`, `onclick`, …; false and null are left out) and children. */
export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  Object.entries(attributes || {}).forEach(([name, value]) => {
    if (value === null || value === undefined || value === false) return;
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  });
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

/** Replaces what a node holds; `replaceChildren` is too young for some phones. */
export function refill(node, ...children) {
  while (node.firstChild) node.firstChild.remove();
  node.append(...children);
}

/** Changes a node's text only when it differs, so that a live region is not announced again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Only web addresses and our own articles; ends before Chinese text, which addresses never hold unescaped.
const LINK = /(^|[^\w\-./])((?:https?:\/\/|\/help\/)[\w\-.~:/?#[\]@!$&'()*+,;=%]+)/g;
const TRAILING = /[.,;:!?)'\]]+$/;

/** A text as nodes: plain text, and anchors for the addresses in it. Nothing else of it is interpreted. */
export function withLinks(text) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[2].replace(TRAILING, '');
    const start = match.index + match[1].length;
    nodes.push(text.slice(done, start), anchor(address, address));
    done = start + address.length;
  }
  nodes.push(text.slice(done));
  return nodes.filter((node) => node !== '');
}

/** A link that opens outside the frame and tells the other side nothing about the page it was on. */
export function anchor(address, ...children) {
  return el('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, ...children);
}

/** Characters as a person counts them: an emoji outside the basic plane is one, as on the server. */
export function lengthOf(text) {
  return Array.from(text).length;
}

/** Grows a text field with its content; the style sheet bounds it. */
export function fit(field) {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`;
}

/** True for an Enter that ends a message: not a new line, and not the Enter that picks a word in an input method. */
export function isSendingEnter(event) {
  return event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}
