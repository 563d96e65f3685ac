/** The text of a file of expectations, laid out as the formatter does: what a command changes in one is then a change of those lines alone. */

/** As in biome.json. */
const WIDTH = 160;
const INDENT = '  ';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export function expectedText(file: unknown): string {
  return `${laidOut(file as Json, '', 0)}\n`;
}

/** `before`: how many characters stand before it on its line. */
function laidOut(value: Json, indent: string, before: number, key?: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  // Lists of words are short as a rule; so are conditions.
  const isShort = Array.isArray(value) ? value.every((item) => typeof item !== 'object' || Array.isArray(item)) : key === 'when';
  const line = inline(value);
  if (isShort && before + line.length + ','.length <= WIDTH) return line;
  const inner = indent + INDENT;
  const parts = Array.isArray(value)
    ? value.map((item: Json) => inner + laidOut(item, inner, inner.length))
    : Object.entries(value).map(([name, item]) => {
        const head = `${inner}${JSON.stringify(name)}: `;
        return head + laidOut(item as Json, inner, head.length, name);
      });
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return parts.length === 0 ? `${open}${close}` : `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}

function inline(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inline(item as Json)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
