import { safe, type Html } from '../http/html';

const DATE = /(\d{4}-\d\d-\d\d)/;

/** A text in which no date is broken over two lines, as browsers do at its hyphens. */
export function dated(text: string): Html {
  const parts = text
    .split(DATE)
    .map((part) => (DATE.test(part) ? safe`<span class="date">${part}</span>` : safe`${part}`));
  return safe`${parts}`;
}
