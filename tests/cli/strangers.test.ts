import { expect, test } from 'vitest';
import { parseRun } from '../../results/read.ts';
import { inNamespace, namespaces, sweeping } from '../fixtures/namespace.ts';

test.runIf(namespaces.are)(`a sweep of ports changes no verdict${namespaces.reason}`, () => {
  const script = sweeping(40000, 40099);
  const scenarios = [
    'tcp/reset/idle',
    'tcp/reset/unread-data',
    'tcp/fin/idle',
    'tcp/accept/nothing-pending',
    'tcp/connect/refused',
    'tls/reset/idle',
    'tcp/reset/peer-killed',
  ];
  const { status, stdout } = inNamespace(script, 'run', ...scenarios, '--trials', '25', '--format', 'jsonl');
  const { scenarios: lines, footer } = parseRun(stdout, 'stdout');
  expect(lines.filter(({ verdict }) => verdict !== 'match').map(({ id, verdict, reason }) => [id, verdict, reason])).toEqual([]);
  expect(footer.strangers).toBeGreaterThan(0);
  expect({ status, unmeasured: footer.unmeasured }).toEqual({ status: 0 });
});
