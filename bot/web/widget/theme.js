/* The shop's colour, made readable whatever it is. */

function luminance(color) {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const part = parseInt(color.slice(start, start + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const contrast = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

function darker(color) {
  return `#${[1, 3, 5].map((start) => Math.floor(parseInt(color.slice(start, start + 2), 16) * 0.9).toString(16).padStart(2, '0')).join('')}`;
}

const VARIABLES = { ground: '--ground', card: '--card', text: '--text', quiet: '--quiet', line: '--line', radius: '--round', font: '--font' };

/** The shop's own values; what it does not give stays as it is in widget.css. */
export function dress(theme) {
  const page = document.documentElement.style;
  Object.keys(VARIABLES).forEach((key) => {
    if (theme[key]) page.setProperty(VARIABLES[key], theme[key]);
    else page.removeProperty(VARIABLES[key]);
  });
  if (/^#[0-9a-f]{6}$/i.test(theme.color || '')) paint(theme.color);
}

/** Sets `--accent`, `--on-accent` (text on it) and `--ink` (the colour as text on white); all reach a contrast of 4.5. */
export function paint(color) {
  const page = document.documentElement.style;
  let ink = color;
  while (contrast(luminance(ink), 1) < 4.5) ink = darker(ink);
  page.setProperty('--accent', color);
  page.setProperty('--on-accent', contrast(luminance(color), 1) >= 4.5 ? '#ffffff' : '#000000');
  page.setProperty('--ink', ink);
}
