import { beside, measured } from './programs.mjs';

/** Wrong pairs of a return value and a code (integrity.mjs), counted in a process of its own: the heap under pressure is not this one's. */
export function pairs({ pairs }) {
  const { wrong, codes, unguarded } = measured(process.execPath, [beside('integrity.mjs'), '--pairs', String(pairs), '--format', 'json']);
  return {
    title: 'pairs of a return value and another call’s code',
    how: 'recv on a socket never connected; allocations, garbage collections and other calls in between, two threads allocating',
    rows: [
      { what: 'as recorded', value: wrong, unit: `wrong of ${pairs.toLocaleString('en')}`, goal: '0' },
      { what: 'control: a garbage collection before the code is read', value: unguarded.collection, unit: `wrong of ${unguarded.calls.toLocaleString('en')}` },
      { what: 'control: a missing file before the code is read', value: unguarded.missingFile, unit: `wrong of ${unguarded.calls.toLocaleString('en')}` },
    ],
    notes: wrong === 0 ? [] : [`codes in the wrong pairs: ${JSON.stringify(codes)}`],
  };
}
