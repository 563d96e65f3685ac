import { printable } from '../platforms/printable.ts';

/** XML 1.0 has no way to write most control characters, nor half a surrogate pair: `printable` shows them. Two more go. */
export function escapeXml(text: string): string {
  return printable(text)
    .replace(/[\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The value of an attribute, with its quotes. */
export function quoted(text: string): string {
  return `"${escapeXml(text).replaceAll('\n', '&#10;')}"`;
}
