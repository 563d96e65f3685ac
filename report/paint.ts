import { randomInt } from 'node:crypto';
import { styleText } from 'node:util';
import { printable } from '../platforms/printable.ts';
import type { Verdict } from '../results/schema.ts';
import type { Paint, Style } from './text-table.ts';

export type { Paint };

/** Stands in each of a painter's own sequences until the text is written. No file can know it, so that none can paint. */
const OWN = `;${randomInt(1000, 10_000)};${randomInt(1000, 10_000)}m`;

/** A text as it may be written, to a terminal or anywhere: nothing in it that a terminal obeys, but the colours of a painter. */
export function written(text: string): string {
  return text
    .split(new RegExp(`(\\x1b\\[\\d+)${OWN}`))
    .map((part, i) => (i % 2 === 1 ? `${part}m` : printable(part)))
    .join('');
}

/** Colours where `stream` shows them: a terminal, unless NO_COLOR says otherwise. */
export function painter(stream: { readonly isTTY?: boolean }): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const coloured = FORCE_COLOR !== undefined ? FORCE_COLOR !== '0' : stream.isTTY === true && !NO_COLOR && TERM !== 'dumb';
  // It would look at stdout itself, whatever the stream that is written to.
  if (!coloured) return (_, text) => text;
  return (style, text) => {
    const [begin = '', end = ''] = styleText(style, '\n', { validateStream: false }).split('\n');
    return `${begin.replaceAll('m', OWN)}${text}${end.replaceAll('m', OWN)}`;
  };
}

export const STYLES: Readonly<Record<Verdict, Style>> = {
  match: 'green',
  unjudged: 'cyan',
  unsupported: 'gray',
  'known-deviation': 'yellow',
  'known-race': 'yellow',
  'known-hang': 'yellow',
  unstable: 'magenta',
  deviation: 'red',
  blocked: 'red',
  crashed: 'red',
};
