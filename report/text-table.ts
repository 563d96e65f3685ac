/** Rows as lines, each column as wide as its widest cell. Escape sequences for colours count for nothing. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, visibleWidth(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - visibleWidth(cell)))
      .join('  ')
      .trimEnd(),
  );
}

function visibleWidth(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is
  return text.replace(/\x1b\[[0-9;]*m/g, '').length;
}
