import { beside, measured } from './programs.mjs';

/** Wrong pairs of a return value and a code (integrity.mjs), counted in a process of its own: the heap under pressure is not this one's. */
export function pairs({ pairs }) {
  const { wrong, codes, unguarded } = measured(process.execPath, [beside('integrity.mjs'), '--pairs', String(pairs), '--format', 'json']);
  return {
    title: 'return values that got the error code of another call',
    how: 'recv on a socket that was never connected; between the calls: allocations, garbage collections and other system calls; two threads allocate memory',
    rows: [
      { what: 'with the binding of sockatlas', value: wrong, unit: `wrong of ${pairs.toLocaleString('en')}`, goal: '0' },
      {
        what: 'control: a garbage collection between the call and the reading of the code',
        value: unguarded.collection,
        unit: `wrong of ${unguarded.calls.toLocaleString('en')}`,
      },
      {
        what: 'control: stat of a missing file between the call and the reading of the code',
        value: unguarded.missingFile,
        unit: `wrong of ${unguarded.calls.toLocaleString('en')}`,
      },
    ],
    notes: wrong === 0 ? [] : [`codes in the wrong pairs: ${JSON.stringify(codes)}`],
  };
}
