/**
 * One stop for the Tab key in a table of many links or buttons: the arrow keys go from one to the next. Where the table is drawn again, `keepStop` sees to it that there is
 * still one.
 */
export function rove(table: HTMLElement): void {
  table.addEventListener('keydown', (event) => {
    const from = (event.target as HTMLElement).closest('a, button');
    if (from === null || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = targetOf(event.key, from);
    if (to === undefined) return;
    event.preventDefault();
    to.focus();
  });
  table.addEventListener('focusin', (event) => {
    const focused = (event.target as HTMLElement).closest('a, button');
    if (!(focused instanceof HTMLElement)) return;
    for (const other of table.querySelectorAll<HTMLElement>('[tabindex="0"]')) if (other.matches('a, button')) other.tabIndex = -1;
    focused.tabIndex = 0;
  });
}

export function keepStop(table: HTMLElement): void {
  if (table.querySelector(':is(a, button)[tabindex="0"]') !== null) return;
  const first = table.querySelector<HTMLElement>('a, button');
  if (first !== null) first.tabIndex = 0;
}

function targetOf(key: string, from: Element): HTMLElement | undefined {
  const row = from.closest('tr');
  if (row === null) return undefined;
  const inRow = stops(row);
  const at = inRow.indexOf(from as HTMLElement);
  switch (key) {
    case 'ArrowRight':
      return inRow[at + 1];
    case 'ArrowLeft':
      return inRow[at - 1];
    case 'Home':
      return inRow[0];
    case 'End':
      return inRow.at(-1);
    case 'ArrowDown':
    case 'ArrowUp':
      return inColumn(row, from.closest('td, th'), key === 'ArrowDown' ? 1 : -1);
    default:
      return undefined;
  }
}

/** The first stop of the same column in the next row that has one. */
function inColumn(row: HTMLTableRowElement, cell: Element | null, by: 1 | -1): HTMLElement | undefined {
  const rows = [...(row.closest('table')?.rows ?? [])];
  const column = cell instanceof HTMLTableCellElement ? cell.cellIndex : 0;
  for (let i = rows.indexOf(row) + by; i >= 0 && i < rows.length; i += by) {
    const there = rows[i]?.cells[column];
    const [first] = there === undefined ? [] : stops(there);
    if (first !== undefined) return first;
  }
  return undefined;
}

function stops(within: Element): HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>('a, button')];
}
