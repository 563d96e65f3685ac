import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import type { Processes } from '../native-bindings/linux/processes.ts';
import { statOf } from './proc.ts';

/** Every process below `ancestor` that has not ended, nearest first. */
export function descendantsOf(ancestor: number): number[] {
  const children = new Map<number, number[]>();
  const ended = new Set<number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    const stat = statOf(pid);
    if (stat === undefined) continue;
    if (stat.state === 'Z' || stat.state === 'X') ended.add(pid);
    const siblings = children.get(stat.parent);
    if (siblings === undefined) children.set(stat.parent, [pid]);
    else siblings.push(pid);
  }
  const found = [ancestor];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found.slice(1).filter((pid) => !ended.has(pid));
}

const { SIGKILL } = constants.signals;
/** As often as it is tried at most. */
const MOST_WALKS = 1000;

/**
 * Ends every process below this one, and those that they start meanwhile: again and again, until none was seen twice in a row, since one that starts another and ends while
 * /proc is read hides both once. This process has to be a subreaper, so that no orphan gets away. One that starts another and ends, over and over, is never where a walk has seen it: the filter sees to it that none starts any more (filter.ts).
 */
export function killDescendants(processes: Processes): void {
  let empty = 0;
  for (let walk = 0; walk < MOST_WALKS && empty < 2; walk++) {
    const all = descendantsOf(process.pid);
    empty = all.length === 0 ? empty + 1 : 0;
    for (const pid of all) processes.kill(pid, SIGKILL);
  }
}
