import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { ResetConnections } from '../../emulation/reset-connections.ts';

test.runIf(process.platform === 'linux')('what a process has at its end was open until it was last seen so, and no longer [needs /proc]', async () => {
  const file = openSync('/dev/null', 'r');
  const holder = spawn('sleep', ['60'], { stdio: [file, 'ignore', 'ignore'] });
  await once(holder, 'spawn');
  const begun = performance.now();
  const connections = new ResetConnections();
  connections.countCall(1, file, holder.pid as number, 0);
  connections.look();
  expect(connections.told()).toMatchObject([{ isOpen: true, calls: 1 }]);
  const known = performance.now() - begun;
  holder.kill();
  await once(holder, 'exit');
  connections.look();
  closeSync(file);
  const [told] = connections.told();
  expect(told).toMatchObject({ isOpen: true });
  expect(told?.ms).toBeLessThanOrEqual(known);
  expect(connections.areOpen).toBe(false);
});
