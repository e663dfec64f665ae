/* The ways a photo or file comes in: chosen, pasted, dropped. */

/** `onFiles(list)` is called with what the customer gave; `area` shows that something may be dropped on it. */
export function takeFiles({ area, field, button, input, onFiles }) {
  const hasFiles = (event) => Array.from((event.dataTransfer || {}).types || []).includes('Files');
  let over = 0;

  function mark(change) {
    over = change ? Math.max(0, over + change) : 0;
    area.classList.toggle('drop', over > 0);
  }

  button.addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    if (input.files.length) onFiles(input.files);
    // The same file may be chosen again.
    input.value = '';
  });
  field.addEventListener('paste', (event) => {
    const { files, types } = event.clipboardData || {};
    // A copied table is a picture and a text; the text is meant.
    if (!files || !files.length || Array.from(types).includes('text/plain')) return;
    event.preventDefault();
    onFiles(files);
  });
  area.addEventListener('dragenter', (event) => { if (hasFiles(event)) mark(1); });
  area.addEventListener('dragleave', (event) => { if (hasFiles(event)) mark(-1); });
  area.addEventListener('dragover', (event) => { if (hasFiles(event)) event.preventDefault(); });
  area.addEventListener('drop', (event) => {
    mark(0);
    if (!hasFiles(event)) return;
    event.preventDefault();
    onFiles(event.dataTransfer.files);
  });
}
