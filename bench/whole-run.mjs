import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { alternate } from './rounds.mjs';

/** Wall clock of `sockatlas run` from the start of its process to its exit, and how much of that any node takes to start. */
export function wholeRun({ rounds, folder }) {
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
  const exits = new Set();
  const wall = (...args) => {
    const begun = performance.now();
    // Runs are kept in the user's cache folder. This one must not be kept there.
    const { error, status, signal, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, SOCKATLAS_CACHE: folder },
      encoding: 'utf8',
    });
    const ms = performance.now() - begun;
    if (error !== undefined) throw error;
    // 1 is a verdict; it says nothing about the time.
    if (status !== 0 && status !== 1) throw new Error(`node ${args.join(' ')} ended with ${signal ?? status}: ${stderr.trim()}`);
    exits.add(status);
    return ms;
  };
  const { median, ratio } = alternate(rounds, { node: () => wall('-e', '0'), run: () => wall(main, 'run') });
  return {
    title: 'the whole default run, ms from process start to exit',
    how: `median of ${rounds} rounds`,
    rows: [
      { what: 'sockatlas run', value: median('run'), unit: 'ms' },
      { what: 'node -e 0', value: median('node'), unit: 'ms', ratio: ratio('node', 'run'), of: 'the run' },
    ],
    notes: exits.has(1) ? ['the run had deviations (exit code 1)'] : [],
  };
}
