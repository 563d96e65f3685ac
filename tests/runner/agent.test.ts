import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Command } from '../../platforms/command.ts';
import type { Measured, TimedObservation } from '../../results/measured.ts';
import { AgentHandle } from '../../runner/agent-handle.ts';
import { Inbox } from '../../runner/inbox.ts';
import { StartFailed, startProcess } from '../../runner/process.ts';
import { runScenarios } from '../../runner/run.ts';
import { isRunning, LINUX, oddAgent, until } from '../fixtures/index.ts';

const onWindows = process.platform === 'win32';
const WOULD_BLOCK = onWindows ? 'WSAEWOULDBLOCK' : 'EAGAIN';
const RESET = onWindows ? 'WSAECONNRESET' : 'ECONNRESET';
/** How a process ends that is killed: Windows has no signals, and Node ends it with exit code 1 there. */
const KILLED = onWindows ? 'exit code 1' : 'signal SIGKILL';

/** ms that a call may take. Under Wine, on a busy machine, a thread takes some hundreds to start. */
const TIMEOUT_MS = onWindows ? 3000 : 300;
/** Wine asks its server for every call, and that may take as long as a wait. */
const asksServer = (agent: AgentHandle) => agent.platform.id === 'wine';

const started: AgentHandle[] = [];
afterEach(() => Promise.all(started.splice(0).map((agent) => agent.stop())));

async function run(id: string, options: { trials?: number; timeout?: number; onObservation?: (o: TimedObservation) => void } = {}) {
  const agent = await AgentHandle.start(oddAgent);
  started.push(agent);
  const measured = await agent.run(
    { id: `test/agent/${id}`, trials: options.trials ?? 1, timeout: options.timeout ?? TIMEOUT_MS },
    options.onObservation ?? (() => {}),
  );
  return { agent, measured };
}

describe('an agent', () => {
  test('runs a scenario, tells of each call as it is made, and takes the next', async () => {
    const told: string[] = [];
    const { agent, measured } = await run('idle', { trials: 3, onObservation: ({ token }) => told.push(token) });
    expect(measured).toMatchObject({ id: 'test/agent/idle', trials: 3, traces: [{ trace: [WOULD_BLOCK], count: 3 }] });
    expect(told).toEqual([WOULD_BLOCK]);
    expect(agent.usable).toBe(true);
    expect(agent.platform.arch).toBe(process.arch);
  });

  test('makes another trial for one whose call began too late', async ({ skip }) => {
    const { agent, measured } = await run('begins-late', { trials: 5 });
    skip(asksServer(agent), 'needs calls whose duration tells whether they waited');
    expect(measured).toMatchObject({ trials: 5, traces: [{ trace: [RESET], count: 5 }] });
    expect(measured).not.toHaveProperty('ended');
  });

  test('gives up a call that never returns in its thread: what came before it is kept', async () => {
    const { agent, measured } = await run('blocks-in-thread', { trials: 5 });
    expect(measured).toMatchObject({
      trials: 0,
      // On Wine nothing tells that data has arrived, so that all trials wait side by side.
      traces: [{ trace: ['data:3', 'blocked'], count: agent.platform.id === 'wine' ? 5 : 1 }],
      ended: { as: 'blocked', reason: `the call did not return within ${TIMEOUT_MS} ms` },
    });
    expect(measured.traces[0]?.observations[1]).toMatchObject({ call: 'recv', ret: null });
    expect(agent.usable).toBe(false);
    await until('the agent with the lost thread ends', () => !isRunning(agent.pid as number));
  });

  test('that hangs itself is killed by the watchdog', async () => {
    const { agent, measured } = await run('blocks-itself');
    expect(measured).toMatchObject({
      traces: [{ trace: ['data:3', 'blocked'] }],
      ended: { as: 'blocked', reason: expect.stringContaining(`the agent sent nothing for ${(TIMEOUT_MS + 1000) / 1000} s`) },
    });
    await until('the agent ends', () => !isRunning(agent.pid as number));
  });

  test('that dies of a signal is crashed, with the signal, and what it had seen', async () => {
    const { measured } = await run('dies-of-a-signal');
    expect(measured).toMatchObject({ traces: [{ trace: [WOULD_BLOCK] }], ended: { as: 'crashed', reason: `the agent process ended: ${KILLED}` } });
  });

  test('that exits is crashed, with its last words', async () => {
    expect((await run('exits-with-words')).measured.ended).toEqual({ as: 'crashed', reason: 'the agent process ended: exit code 7: last words' });
  });

  test('tells of a trial that failed, and stays usable', async () => {
    const { agent, measured } = await run('throws', { trials: 5 });
    expect(measured).toMatchObject({
      trials: 0,
      ended: { as: 'crashed', reason: expect.stringMatching(/^the trial failed: tests\/fixtures\/agent\.mjs:\d+: TypeError: no such thing$/) },
    });
    expect(agent.usable).toBe(true);
  });

  test('takes the connection of its own peer, not the first that comes, and counts the others', async () => {
    expect((await run('strangers-first', { trials: 3 })).measured).toMatchObject({ trials: 3, traces: [{ trace: ['data:3'], count: 3 }], strangers: 6 });
    const { measured } = await run('stranger-at-accept', { trials: 3 });
    expect(measured).toMatchObject({ traces: [{ trace: [process.platform === 'win32' ? 'WSAEWOULDBLOCK' : 'EAGAIN'], count: 3 }], strangers: 6 });
  });

  test('takes the connection of a subject that connects to a listener of its own trial', async () => {
    const { measured } = await run('connects-to-its-own-listener', { trials: 2 });
    expect(measured).toMatchObject({ trials: 2, traces: [{ trace: ['ok', WOULD_BLOCK], count: 2 }] });
    expect(measured).not.toHaveProperty('strangers');
  });

  test('makes a trial again that got a datagram of another process', async () => {
    const { measured } = await run('foreign-datagram', { trials: 3 });
    expect(measured).toMatchObject({ trials: 3, traces: [{ trace: ['data:8'], count: 3 }] });
  });

  test('that is interrupted keeps the trials that it has finished', async () => {
    const agent = await AgentHandle.start(oddAgent);
    started.push(agent);
    const measured = await agent.run({ id: 'test/agent/idle', trials: 50_000_000, timeout: 5000 }, () => agent.interrupt());
    expect(measured.trials).toBeGreaterThan(0);
    expect(measured.traces).toMatchObject([{ count: measured.trials }]);
    expect(measured).not.toHaveProperty('ended');
  });

  test('may wait longer for a peer’s process than it may be silent', async () => {
    vi.stubEnv('SLOW_PEER_MS', `${TIMEOUT_MS + 1500}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { measured } = await run('peer-of-its-own');
    expect(measured).toMatchObject({ trials: 1, traces: [{ trace: ['eof'], count: 1 }] });
    expect(measured).not.toHaveProperty('ended');
  });

  test('knows no scenario that it was not given', async () => {
    expect((await run('none')).measured.ended).toEqual({ as: 'crashed', reason: 'this agent has no scenario test/agent/none' });
  });

  test('that does not start says why', async () => {
    await expect(
      AgentHandle.start({ command: process.execPath, args: ['-e', 'process.stderr.write("no such day"); process.exit(3)'], stderr: 'pipe' }),
    ).rejects.toThrow(/ended before it connected back: exit code 3: no such day/);
    // Wine's cmd.exe has a code of its own for it.
    await expect(AgentHandle.start({ command: '/no/such/program', args: [], stderr: 'pipe' })).rejects.toThrow(/no.such.program.*(ENOENT|exit code 9009)/);
  });
});

describe('a run', () => {
  const ids = (...names: string[]) => names.map((name) => ({ id: `test/agent/${name}`, waits: false }));

  test('goes on with a fresh agent after one that hung and one that died', async () => {
    const verdicts = new Map<string, string>();
    await runScenarios({
      agent: oddAgent,
      scenarios: ids('blocks-in-thread', 'dies-of-a-signal', 'blocks-itself', 'idle'),
      trials: 2,
      timeout: TIMEOUT_MS,
      jobs: 1,
      onPlatform: () => {},
      onMeasured: ({ id, ended }) => verdicts.set(id, ended?.as ?? 'done'),
    });
    expect(Object.fromEntries(verdicts)).toEqual({
      'test/agent/blocks-in-thread': 'blocked',
      'test/agent/dies-of-a-signal': 'crashed',
      'test/agent/blocks-itself': 'blocked',
      'test/agent/idle': 'done',
    });
  });

  test('that gives an agent several at once runs those again alone that gave no result there, so that each has its own verdict', async () => {
    const verdicts = new Map<string, string>();
    const scenarios = ids('idle', 'throws', 'dies-of-a-signal', 'blocks-itself', 'strangers-first').map((one) => ({ ...one, sharesAgent: true }));
    await runScenarios({
      agent: oddAgent,
      scenarios,
      trials: 2,
      timeout: TIMEOUT_MS,
      jobs: 1,
      onPlatform: () => {},
      onMeasured: ({ id, trials, ended }) => verdicts.set(id, ended?.as ?? `${trials} trials`),
    });
    expect(Object.fromEntries(verdicts)).toEqual({
      'test/agent/idle': '2 trials',
      'test/agent/throws': 'crashed',
      'test/agent/dies-of-a-signal': 'crashed',
      'test/agent/blocks-itself': 'blocked',
      'test/agent/strangers-first': '2 trials',
    });
  });

  test('that is interrupted ends at once, with what was measured until then', async () => {
    const controller = new AbortController();
    const measured: string[] = [];
    await runScenarios({
      agent: oddAgent,
      scenarios: ids('idle', 'blocks-in-thread', 'throws'),
      trials: 1,
      timeout: 60_000,
      jobs: 1,
      signal: controller.signal,
      onPlatform: () => {},
      onObservation: (id) => id.endsWith('blocks-in-thread') && controller.abort(),
      onMeasured: ({ id }) => measured.push(id),
    });
    expect(measured).toEqual(['test/agent/idle']);
  });

  /** An agent that does `first` the first times it is started, and after that what it should. */
  function unreliable(first: string, times: number): Command {
    const folder = mkdtempSync(join(tmpdir(), 'sockatlas test '));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
    const script = `
      const { readdirSync, writeFileSync } = require('node:fs');
      const folder = ${JSON.stringify(folder)};
      const started = readdirSync(folder).length;
      writeFileSync(folder + '/' + process.pid, '');
      if (started < ${times}) { ${first} }
      else import(${JSON.stringify(pathToFileURL(oddAgent.args[0] as string).href)});
    `;
    return { ...oddAgent, args: ['-e', script] };
  }
  const RUN = { scenarios: ids('idle'), trials: 2, timeout: 300, jobs: 1, onPlatform: () => {} };
  const DIES_AS_IT_STARTS = "process.kill(process.pid, 'SIGKILL');";
  const DIES_BEFORE_IT_READS = `
    const [port, token] = process.env.SOCKATLAS_CHANNEL.split(':');
    const own = require('net').connect(port, '127.0.0.1', () => {
      own.write([{ type: 'hello', token }, { type: 'ready', platform: ${JSON.stringify(LINUX)} }].map((line) => JSON.stringify(line) + '\\n').join(''));
      own.once('data', () => process.kill(process.pid, 'SIGKILL'));
    });
  `;

  test.each([
    ['dies as it starts', DIES_AS_IT_STARTS],
    ['dies before it read its request', DIES_BEFORE_IT_READS],
  ])('starts an agent again that %s; one that does so three times in a row is the machine’s fault', async (_, first) => {
    const measured: Measured[] = [];
    await runScenarios({ ...RUN, agent: unreliable(first, 2), onMeasured: (one) => measured.push(one) });
    expect(measured).toMatchObject([{ id: 'test/agent/idle', trials: 2 }]);
    await expect(runScenarios({ ...RUN, agent: unreliable(first, 3), onMeasured: () => {} })).rejects.toThrow(StartFailed);
  });

  test('that cannot start an agent fails with the reason', async () => {
    const options = { scenarios: ids('idle', 'throws'), trials: 1, timeout: 300, jobs: 2, onPlatform: () => {}, onMeasured: () => {} };
    await expect(runScenarios({ ...options, agent: { command: process.execPath, args: ['-e', '0'], stderr: 'pipe' } })).rejects.toThrow(
      /ended before it connected back: exit code 0/,
    );
  });
});

describe('the channel', () => {
  test('takes no one who does not know the token', async () => {
    // The child tells its port, then waits for its turn; a stranger speaks first.
    const script = `
      const [port, token] = process.env.SOCKATLAS_CHANNEL.split(':');
      const net = require('net');
      const reset = net.connect(port, '127.0.0.1', () => reset.resetAndDestroy());
      const nothing = net.connect(port, '127.0.0.1', () => nothing.write('null\\n[]\\n"\\n'));
      const wide = net.connect(port, '127.0.0.1', () => wide.write(JSON.stringify({ type: 'hello', token: 'é'.repeat(64) }) + '\\n'));
      for (const one of [reset, nothing, wide]) one.on('error', () => {});
      const stranger = net.connect(port, '127.0.0.1', () => stranger.write(JSON.stringify({ type: 'hello', token: '0'.repeat(64) }) + '\\n'));
      stranger.on('close', () => {
        const flood = net.connect(port, '127.0.0.1', () => flood.write('x'.repeat(100000)));
        flood.on('error', () => {});
        flood.on('close', () => {
          const own = net.connect(port, '127.0.0.1', () => own.write([{ type: 'hello', token }, { who: 'own' }].map((line) => JSON.stringify(line) + '\\n').join('')));
        });
      });
      stranger.on('error', () => {});
    `;
    const inbox = new Inbox();
    const { child } = await startProcess({ command: process.execPath, args: ['-e', script], stderr: 'pipe' }, inbox);
    onTestFinished(() => void child.kill('SIGKILL'));
    expect(await inbox.next()).toEqual({ who: 'own' });
  });

  test('loses nothing that comes in one packet with the hello', async () => {
    const script = `
      const [port, token] = process.env.SOCKATLAS_CHANNEL.split(':');
      const lines = [{ type: 'hello', token }, { n: 1 }, { n: 2 }].map((line) => JSON.stringify(line) + '\\n').join('');
      const own = require('net').connect(port, '127.0.0.1', () => own.write(lines));
    `;
    const messages: unknown[] = [];
    const { child } = await startProcess(
      { command: process.execPath, args: ['-e', script], stderr: 'pipe' },
      { message: (m) => messages.push(m), close: () => {} },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    await until('both messages are there', () => messages.length === 2);
    expect(messages).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test.runIf(process.platform === 'linux')(
    'hears a process that says its word and ends at once [needs a kernel that keeps what a killed process has sent]',
    async () => {
      const script = `
      const [port, token] = process.env.SOCKATLAS_CHANNEL.split(':');
      const own = require('net').connect(port, '127.0.0.1', () =>
        own.write([{ type: 'hello', token }, { last: 'words' }].map((line) => JSON.stringify(line) + '\\n').join(''), () => process.kill(process.pid, 'SIGKILL')),
      );
    `;
      const heard = Array.from({ length: 10 }, async () => {
        const inbox = new Inbox();
        await startProcess({ command: process.execPath, args: ['-e', script], stderr: 'pipe' }, inbox);
        return inbox.next();
      });
      expect(await Promise.all(heard)).toEqual(Array.from({ length: 10 }, () => ({ last: 'words' })));
    },
  );

  test('is closed to others once its process is there', async () => {
    const script = `
      const [port, token] = process.env.SOCKATLAS_CHANNEL.split(':');
      const own = require('net').connect(port, '127.0.0.1', () => own.write([{ type: 'hello', token }, { port: Number(port) }].map((line) => JSON.stringify(line) + '\\n').join('')));
    `;
    const inbox = new Inbox();
    const { child } = await startProcess({ command: process.execPath, args: ['-e', script], stderr: 'pipe' }, inbox);
    onTestFinished(() => void child.kill('SIGKILL'));
    const { port } = (await inbox.next()) as { readonly port: number };
    const refused = await new Promise<string | undefined>((resolve) => {
      createConnection({ host: '127.0.0.1', port })
        .on('connect', () => resolve(undefined))
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(refused).toBe('ECONNREFUSED');
  });
});
