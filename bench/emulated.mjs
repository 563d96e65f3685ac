import { fileURLToPath } from 'node:url';
import { Absent, compile, measured } from './programs.mjs';
import { alternate } from './rounds.mjs';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** What a program costs more under `emulate windows`: the same C program natively and so, in turn. */
export function emulated({ rounds, ms, folder }) {
  const section = { title: 'a program in C, natively and under `emulate windows`', how: `median of ${rounds} rounds; for each a new process per round` };
  if (process.platform !== 'linux') return { ...section, rows: [], notes: ['needs Linux'] };
  let program;
  try {
    program = compile('emulated', folder);
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    return { ...section, rows: [], notes: [error.message] };
  }
  const under = ['emulate', 'windows', '--'];
  const ways = {};
  for (const one of ['recv-continued', 'recv-replaced', 'computed']) {
    ways[`${one}, natively`] = () => measured(program, [one, String(ms)]).ns;
    ways[one] = () => measured(process.execPath, [main, ...under, program, one, String(ms)]).ns;
  }
  ways['served, natively'] = () => measured(program, ['served', String(ms), program, 'serve']).ns;
  ways.served = () => measured(program, ['served', String(ms), process.execPath, main, ...under, program, 'serve']).ns;
  const { median, ratio } = alternate(rounds, ways);
  const recv = (one, name) => ({ what: name, value: median(one), unit: 'ns', ratio: ratio(one, `${one}, natively`), of: 'natively', goal: '≤ 20,000 ns' });
  // A rate is the inverse of what was measured.
  const rate = (one, name, goal) => ({ what: name, value: 1e9 / median(one), unit: '/s', ratio: ratio(`${one}, natively`, one), of: 'natively', goal });
  return {
    ...section,
    rows: [
      recv('recv-continued', 'one recv that the kernel answers'),
      recv('recv-replaced', 'one recv that the model answers'),
      rate('served', 'requests to a small server', '≥ 0.2'),
      rate('computed', 'work without sockets and files', '≥ 0.98'),
    ],
    notes: [],
  };
}
