/** A code span, in a table's cell too: no pipe may end the cell, no backtick the span. */
export function code(content: string): string {
  return `\`${content.replaceAll('|', '\\|').replaceAll('`', "'").replace(/\s+/g, ' ')}\``;
}

/** Escapes text from a run, a table or a policy, so that it does not become markup. An underscore inside a word needs no escape. */
export function text(content: string): string {
  return content.replace(/[\\`*{}[\]<>|#]|_(?=\W|$)|(?<=\W|^)_/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}

/** A table, a line each: the header, the rule below it, the rows. Cells are Markdown already. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [header, header.map(() => '---'), ...rows].map(markdownRow);
}

export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
