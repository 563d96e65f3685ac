import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const LOOK_AGAIN_MS = 500;

/**
 * Waits while most of what the kernel holds in TIME_WAIT is taken: beyond it a connection that ends in good order is forgotten at once (net/ipv4/tcp_minisocks.c
 * tcp_time_wait()), and the next segment of its other end draws an RST. That is no behaviour of a connection.
 */
export async function roomInTimeWait(signal: AbortSignal | undefined): Promise<void> {
  while (isNearlyFull() && signal?.aborted !== true) await setTimeout(LOOK_AGAIN_MS);
}

function isNearlyFull(): boolean {
  const held = /^TCP:.* tw (\d+)/m.exec(read('/proc/net/sockstat'))?.[1];
  const most = read('/proc/sys/net/ipv4/tcp_max_tw_buckets');
  return held !== undefined && Number(held) > Number(most) * 0.75;
}

/** Empty where there is no such file: on another system, or in a sandbox. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
