import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { requireKoffi } from '../../native-bindings/load.ts';
import { startWine } from '../../provisioning/agent.ts';
import { installed, isReady, whyNot } from '../../provisioning/installed.ts';
import { LANES } from '../../provisioning/lanes.ts';
import { processesOf } from '../../provisioning/processes.ts';
import { type Started, startProcess } from '../../runner/process.ts';
import { ownWineCache } from '../fixtures/wine.ts';

const program = fileURLToPath(new URL('./wine-program.mjs', import.meta.url));

ownWineCache();

/** Starts the program, and gives what it answers. */
async function ask(command: Parameters<typeof startProcess>[0]): Promise<{ started: Started; answer: Record<string, unknown> }> {
  const answers: Record<string, unknown>[] = [];
  let heard = () => {};
  const first = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const started = await startProcess(command, {
    message: (message) => {
      answers.push(message as Record<string, unknown>);
      heard();
    },
    close: () => {},
  });
  started.channel.send({});
  await Promise.race([first, started.ended]);
  return { started, answer: answers[0] ?? { ended: await started.ended } };
}

describe.each(LANES.map((lane) => [lane.name, lane] as const))('%s', (_, lane) => {
  const found = installed(lane);

  test('a Windows node answers, with koffi, and nothing is left of it', async (ctx) => {
    if (!isReady(found)) return ctx.skip(whyNot(found));
    const wine = startWine(lane);
    const command = wine.agent(program, 'a role', 'é');
    const prefix = command.env?.WINEPREFIX as string;
    try {
      // At once: they must not end each other as they find the server.
      const all = await Promise.all([ask(command), ask(command), ask(command)]);
      for (const { answer } of all) {
        expect(answer).toEqual({ platform: 'win32', node: found.node.version, koffi: await requireKoffi(), args: ['a role', 'é'] });
      }
      expect(processesOf(prefix).length).toBeGreaterThan(3);
    } finally {
      wine.stop();
    }
    expect(processesOf(prefix)).toEqual([]);
    expect(existsSync(prefix)).toBe(false);
    wine.stop();
  });

  test('two at once do not end each other', async (ctx) => {
    if (!isReady(found)) return ctx.skip(whyNot(found));
    const one = startWine(lane);
    const other = startWine(lane);
    try {
      const { started } = await ask(one.agent(program));
      other.stop();
      expect(started.child.exitCode).toBeNull();
      expect(started.child.signalCode).toBeNull();
    } finally {
      one.stop();
      other.stop();
    }
  });
});
