import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Watchdog } from '../../runner/watchdog.ts';

/** As a stop by Ctrl-Z does: no code of this process runs. */
function stopped(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('a watchdog does not count the time in which its process did not run, but what follows', async () => {
  const begun = performance.now();
  const silent = await new Promise<number>((resolve) => {
    new Watchdog(400, () => resolve(performance.now() - begun));
    setTimeout(() => stopped(1000), 50);
  });
  // All of its 400 ms again, after the second in which it was stopped.
  expect(silent).toBeGreaterThan(1400);
});

test('what arrived while its process did not run is heard before it judges', async () => {
  const onSilence = vi.fn();
  const watchdog = new Watchdog(100, onSilence);
  const { port1, port2 } = new MessageChannel();
  const heard = new Promise<void>((resolve) => {
    port2.on('message', () => {
      watchdog.stop();
      resolve();
    });
  });
  // Three ticks at once, and a message that waits.
  port1.postMessage('done');
  for (let i = 0; i < 3; i++) stopped(100);
  await heard;
  await new Promise((resolve) => setImmediate(resolve));
  port1.close();
  expect(onSilence).not.toHaveBeenCalled();
});

test('a watchdog that is refreshed waits again, and one that is stopped says nothing', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setImmediate', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const [onSilence, never] = [vi.fn(), vi.fn()];
  const watchdog = new Watchdog(200, onSilence);
  new Watchdog(200, never).stop();
  vi.advanceTimersByTime(150);
  watchdog.refresh();
  vi.advanceTimersByTime(150);
  expect(onSilence).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(onSilence).toHaveBeenCalledOnce();
  expect(never).not.toHaveBeenCalled();
});
