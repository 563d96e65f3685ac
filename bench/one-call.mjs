import { Absent, beside, compile, measured } from './programs.mjs';
import { alternate } from './rounds.mjs';

/** One recv that would block: the binding's with its code captured, and the whole recorded call, beside C's recv and errno. */
export function oneCall({ rounds, ms, folder }) {
  const notes = [];
  const ours = (what) => () => measured(process.execPath, [beside('recv.mjs'), what, String(ms)]).ns;
  const ways = { 'Sockets.recv, its code captured': ours('captured'), 'Subject.recv, timed and recorded': ours('recorded') };
  try {
    const program = compile('recv', folder);
    ways.C = () => measured(program, [String(ms)]).ns;
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    notes.push(`C: ${error.message}`);
  }

  const { median, ratio } = alternate(rounds, ways);
  return {
    title: 'one recv that would block, ns',
    how: `median of ${rounds} rounds; for each program a new process per round, ${ms} ms long`,
    rows: Object.keys(ways).map((what, i) => ({
      what,
      value: median(what),
      unit: 'ns',
      ...(what !== 'C' && 'C' in ways && { ratio: ratio(what, 'C'), of: 'C' }),
      ...(i === 0 && 'C' in ways && { goal: '≤ 2.5' }),
    })),
    notes,
  };
}
