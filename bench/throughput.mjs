import { execFileSync } from 'node:child_process';
import { Absent, beside, compile, findPython, measured } from './programs.mjs';
import { alternate } from './rounds.mjs';

/** The rate of tcp/reset/idle in process, beside the same steps in C and in Python. */
export function throughput({ rounds, ms, folder }) {
  execFileSync(process.execPath, [beside('reset-idle.mjs'), 'compared']);
  const notes = [];
  const traces = new Set();
  const ns = (command, ...args) => {
    return () => {
      const result = measured(command, [...args, String(ms)]);
      traces.add(result.trace);
      return result.ns;
    };
  };
  const ways = {
    sockatlas: ns(process.execPath, beside('reset-idle.mjs'), 'trials'),
    'its calls alone': ns(process.execPath, beside('reset-idle.mjs'), 'calls'),
  };
  const compared = (name, prepare) => {
    try {
      ways[name] = prepare();
    } catch (error) {
      if (!(error instanceof Absent)) throw error;
      notes.push(`${name}: ${error.message}`);
    }
  };
  compared('C', () => ns(compile('reset-idle', folder)));
  compared('Python', () => ns(findPython(), beside('reset-idle.py')));

  const { median, ratio } = alternate(rounds, ways);
  if (traces.size > 1) notes.push(`the programs recorded different traces: ${[...traces].join(' / ')}`);
  return {
    title: 'tcp/reset/idle in one process, trials per second',
    how: `median of ${rounds} rounds; for each program a new process per round, ${ms} ms long; sockatlas after 20,000 trials of warm-up`,
    rows: Object.keys(ways).map((what) => ({
      what,
      value: 1e9 / median(what),
      unit: '/s',
      // A rate is the inverse of what was measured.
      ...(what !== 'C' && 'C' in ways && { ratio: ratio('C', what), of: 'C' }),
      ...(what === 'sockatlas' && 'C' in ways && { goal: '≥ 0.85' }),
    })),
    notes,
  };
}
