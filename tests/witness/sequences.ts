import { stories } from '../../suites/index.ts';

/** What the witness does not perform, or not at any time: functions, a race, a recv that waits in a thread, and P in a process of its own. */
const NOT = /^tls|^tcp\/(overlapped|iocp|events|acceptex|connectex)|connreset|without-settle|blocked-recv|peer-killed/;

function scenariosOf(isAmong: (id: string) => boolean): Readonly<Record<string, string>> {
  return Object.fromEntries(stories.filter(({ id }) => !NOT.test(id) && isAmong(id)).map(({ id, steps }) => [id, steps]));
}

/** Scenarios by their steps: the recorded runs say what a platform gave. */
export const SCENARIOS = scenariosOf((id) => !id.startsWith('unix/'));

/** Not on Windows: the witness has unix sockets on Linux alone. */
export const UNIX_SCENARIOS = scenariosOf((id) => id.startsWith('unix/'));
