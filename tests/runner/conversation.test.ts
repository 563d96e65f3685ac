import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agentMessageSchema } from '../../runner/agent-protocol.ts';
import type { Channel } from '../../runner/channel.ts';
import { believed, Conversation, ProcessConversation } from '../../runner/conversation.ts';
import { Inbox, Silence } from '../../runner/inbox.ts';
import { LINUX, measured, received } from '../fixtures/index.ts';

function conversation() {
  const inbox = new Inbox();
  const said: object[] = [];
  const channel: Channel = { send: (message) => said.push(message), end: async () => {}, destroy: () => {} };
  return { inbox, said, conversation: new Conversation(channel, inbox, agentMessageSchema) };
}

test('hears what fits, in its order, and takes it for what it is', async () => {
  const { inbox, conversation: agent } = conversation();
  const done = { type: 'done', measured: { ...measured('tcp/reset/idle', [received(0)]), ended: { as: 'crashed', reason: 'a\nb' } } };
  inbox.message({ type: 'ready', platform: LINUX });
  inbox.message(JSON.parse(JSON.stringify(done)));
  expect(await agent.hear()).toEqual({ type: 'ready', platform: LINUX });
  expect(await agent.hear()).toEqual(done);
});

test.each([
  [{ type: 'ready' }, 'platform: Invalid input: expected object, received undefined'],
  [{ type: 'rady' }, "type: Invalid discriminator value. Expected 'ready' | 'cannot' | 'begun' | 'waiting' | 'observation' | 'progress' | 'done'"],
  [{}, 'type: '],
  [{ type: 'done', measured: { id: 'a', trials: 'three', traces: [], ms: 1 } }, 'measured.trials: Invalid input: expected number, received string'],
  [{ type: 'done', measured: { id: 'a', trials: 1, traces: [{ trace: [1], count: 1, observations: [] }], ms: 1 } }, 'measured.traces.0.trace.0: '],
])('a message that does not fit is the fault of the other side, told in one line: %j', async (message, says) => {
  const { inbox, conversation: agent } = conversation();
  inbox.message(message);
  const heard = await agent.hear();
  expect(heard).toBeInstanceOf(Silence);
  const words = (heard as Silence).inWords('was late');
  expect(words).toContain(`sent a message that does not fit: ${says}`);
  expect(words).not.toContain('\n');
});

test('says why it heard nothing', async () => {
  const { inbox, conversation: agent } = conversation();
  const words = async (patience = {}) => ((await agent.hear(patience)) as Silence).inWords('did not answer within 0.01 s');
  expect(await words({ ms: 10 })).toBe('did not answer within 0.01 s');
  expect(await words({ signal: AbortSignal.abort() })).toBe('was interrupted');
  inbox.message({ type: 'begun' });
  inbox.end('exit code 7');
  expect(await agent.hear()).toEqual({ type: 'begun' });
  expect(await words()).toBe('ended its process: exit code 7');
});

/** Connects back, and gives its connection to a child that holds it for a while: as Wine's server does with the sockets of a process that has ended. */
const HELD = `
const { SOCKATLAS_CHANNEL, ...env } = process.env;
const [port, token] = SOCKATLAS_CHANNEL.split(':');
const wait = 'setTimeout(() => require("node:fs").writeFileSync(process.argv[1], ""), 1500)';
const channel = require('node:net').connect(Number(port), '127.0.0.1', () => {
  require('node:child_process').spawn(process.execPath, ['-e', wait, process.argv[1]], { env, stdio: ['ignore', 'ignore', 'ignore', channel] });
  for (const message of [{ type: 'hello', token }, {}]) channel.write(JSON.stringify(message) + '\\n');
});`;

test.skipIf(process.platform === 'win32')('a process is gone once what it had open is closed [needs a system whose children inherit sockets]', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sockatlas held '));
  try {
    const closed = join(folder, 'closed');
    const command = { command: process.execPath, args: ['-e', HELD, closed], env: {}, stderr: 'ignore' as const };
    const conversation = await ProcessConversation.start(command, believed());
    expect(await conversation.hear()).toEqual({});
    await conversation.stop();
    expect(existsSync(closed)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
});
