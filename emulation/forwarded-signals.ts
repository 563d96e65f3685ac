import { readFileSync } from 'node:fs';

/** What a terminal sends to each process of its foreground group, the program too. */
const OF_TERMINALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const OF_PROCESSES: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR2'];

/** Calls `forward` with each signal that this process gets in the program's place. Nobody can see who sent one: in a terminal's foreground Ctrl-C counts as pressed there. */
export function forwardSignals(forward: (signal: NodeJS.Signals) => void): void {
  for (const signal of OF_PROCESSES) process.on(signal, () => forward(signal));
  for (const signal of OF_TERMINALS) {
    process.on(signal, () => {
      if (!isForeground()) forward(signal);
    });
  }
}

function isForeground(): boolean {
  // man 5 proc: after the name, state, ppid, pgrp, session, tty_nr, tpgid.
  const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return group === foreground;
}
