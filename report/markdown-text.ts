/** A code span, in a table's cell too: no pipe may end the cell, no backtick the span. */
export function code(content: string): string {
  return `\`${content.replaceAll('|', '\\|').replaceAll('`', "'").replace(/\s+/g, ' ')}\``;
}

/** Text that came with a run, a table or a policy may say anything: it must not become markup. An underscore inside of a word is none. */
export function text(content: string): string {
  return content.replace(/[\\`*{}[\]<>|#]|_(?=\W|$)|(?<=\W|^)_/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
