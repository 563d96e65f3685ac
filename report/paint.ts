import { styleText } from 'node:util';
import type { Verdict } from '../results/schema.ts';
import type { Paint, Style } from './text-table.ts';

export type { Paint };

/** Colours where `stream` shows them: a terminal, unless NO_COLOR says otherwise. */
export function painter(stream: { readonly isTTY?: boolean }): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const coloured = FORCE_COLOR !== undefined ? FORCE_COLOR !== '0' : stream.isTTY === true && !NO_COLOR && TERM !== 'dumb';
  // It would look at stdout itself, whatever the stream that is written to.
  return coloured ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

export const STYLES: Readonly<Record<Verdict, Style>> = {
  match: 'green',
  unjudged: 'cyan',
  unsupported: 'gray',
  'known-deviation': 'yellow',
  unstable: 'magenta',
  deviation: 'red',
  blocked: 'red',
  crashed: 'red',
};
