import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Model } from '../../language/model.ts';
import { predict } from '../../language/predict.ts';
import { printSteps, type Sequence } from '../../language/steps.ts';
import { codes } from '../../platforms/codes.ts';
import { modelOf } from '../../platforms/models.ts';
import { recordedCallSchema } from '../../report/recording.ts';
import { randomSteps } from '../../runner/random-steps.ts';
import { compiled } from '../fixtures/compiled.ts';
import { cliProgram } from '../fixtures/index.ts';
import { compiledWitness } from '../witness/witness.ts';

/** `emulate --record`: what a program in C did to sockets of its own, and that it got what it gets natively. */

const onLinux = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
const SEQUENCES = Number(process.env.SEQUENCES ?? 2000);
const source = fileURLToPath(new URL('./recorded.c', import.meta.url));
const subject = onLinux ? compiled(source, { flags: ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-pthread'] }) : { program: undefined };
const program = subject.program ?? '';
const folder = mkdtempSync(join(tmpdir(), 'sockatlas record '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
const file = join(folder, 'calls.jsonl');

/** Its stdout is a file: node's own pipes are sockets, and what is written there would be recorded too. */
function run(command: string, args: readonly string[]) {
  const out = openSync(`${file}.out`, 'w');
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', out, 'pipe'] });
  closeSync(out);
  return { status, stdout: readFileSync(`${file}.out`, 'utf8'), stderr };
}

function native(what: string) {
  return run(program, [what]);
}

function recorded(platform: string, options: readonly string[], what: string) {
  const ran = run(process.execPath, [cliProgram, 'emulate', platform, ...options, '--record', file, '--', program, what]);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').filter(Boolean);
  return { ran, calls: lines.map((line) => recordedCallSchema.parse(JSON.parse(line))) };
}

describe.runIf(subject.program !== undefined)('a recording [needs Linux and a C compiler]', () => {
  test.each(['tcp', 'udp', 'unix', 'pipe', 'pointers', 'blocking', 'long'])('the program gets what it gets natively: %s', (what) => {
    expect(recorded('none', [], what).ran).toEqual(native(what));
  });

  test('tcp: what was answered', () => {
    const { calls } = recorded('none', [], 'tcp');
    expect(calls.map(({ call, token, answered, why }) => [call, token ?? why, answered].join(' '))).toEqual([
      'recv EAGAIN kernel',
      'send sent:10 kernel',
      'recv data:4 kernel',
      'recv data:4 kernel',
      'recv a vector or ancillary data unseen',
      'FIONREAD readable:0 kernel',
      'getpeername ok kernel',
      'shutdown ok kernel',
      'send EPIPE kernel',
      'recv ECONNRESET kernel',
      'recv eof kernel',
      'getsockopt so_error:0 kernel',
      'send EPIPE kernel',
    ]);
    const [first] = calls;
    expect(first).toMatchObject({ call: 'recv', syscall: 'recvfrom', args: { buffer: 'given', length: 100, flags: ['MSG_DONTWAIT'] }, ret: -1, code: 11 });
    expect(calls[1]).toMatchObject({ call: 'send', syscall: 'write', args: { length: 10, flags: [] }, ret: 10, code: 0 });
    expect(new Set(calls.map(({ process }) => process)).size).toBe(1);
    expect(new Set(calls.map(({ socket }) => socket)).size).toBe(3);
    expect(calls.every((call, i) => i === 0 || call.at >= (calls[i - 1]?.at as number))).toBe(true);
  });

  test('tcp, as on Windows: by which rule', () => {
    const { calls } = recorded('windows', [], 'tcp');
    const resets = calls.filter(({ token }) => token === 'ECONNRESET');
    expect(resets.map(({ answered, rule }) => `${answered} ${rule}`)).toEqual([
      'model recv: reset, every time',
      'model recv: reset, every time',
      'model send: reset, every time',
    ]);
  });

  test('what is not answered here says why', () => {
    const whys = (what: string) => new Set(recorded('none', [], what).calls.map(({ why }) => why));
    expect(whys('blocking')).toEqual(new Set(['it may wait']));
    expect(whys('unix')).toEqual(new Set(['neither TCP nor UDP']));
    expect(whys('long')).toContain('its length');
  });

  test('udp: addresses are handed on', () => {
    const { calls } = recorded('none', [], 'udp');
    expect(calls.map(({ syscall, token }) => `${syscall} ${token}`)).toEqual([
      'sendto sent:5',
      'recvfrom data:3',
      'recvfrom EAGAIN',
      'sendto sent:0',
      'recvfrom 0',
    ]);
  });

  test('poll and select are recorded where they are looked at, and other calls beside them', () => {
    const { ran, calls } = recorded('windows', ['--readiness', 'wsapoll'], 'poll');
    expect(ran.status).toBe(0);
    expect(calls.map(({ call, ready, why }) => [call, ...(ready?.map(({ token }) => token) ?? [why])].join(' '))).toEqual([
      // Before Linux 5.19 it is unseen: a signal may take it away.
      expect.stringMatching(/^send (it may wait|a signal may interrupt it)$/),
      'poll poll:IN|OUT poll:OUT',
      'select select:-w- select:rw-',
      'epoll_wait poll:IN',
      'poll',
    ]);
  });

  test('io on no socket is not recorded', () => {
    expect(recorded('none', [], 'pipe').calls).toEqual([]);
  });

  test('to stdout, beside what the program writes, and what is there', () => {
    const script = `echo before > "$0"; "$@" >> "$0"`;
    const { status } = spawnSync('sh', [
      '-c',
      script,
      `${file}.both`,
      process.execPath,
      cliProgram,
      'emulate',
      'none',
      '--record',
      '/dev/stdout',
      '--',
      program,
      'udp',
    ]);
    const lines = readFileSync(`${file}.both`, 'utf8').split('\n');
    const isCall = (line: string) => line.startsWith('{');
    expect(status).toBe(0);
    expect(lines.filter(isCall).map((line) => recordedCallSchema.parse(JSON.parse(line)))).toHaveLength(5);
    expect(lines.filter((line) => !isCall(line)).join('\n')).toBe(`before\n${native('udp').stdout}`);
  });

  test('a file that cannot be written is refused before the program starts', () => {
    const into = (path: string) => run(process.execPath, [cliProgram, 'emulate', 'none', '--record', path, '--', program, 'tcp']);
    expect(into(folder)).toMatchObject({ status: 3, stdout: '', stderr: expect.stringMatching(/^sockatlas: [^\n]* could not be written: EISDIR[^\n]*\n$/) });
    expect(into('/nonexistent/x')).toMatchObject({ status: 3, stdout: '', stderr: expect.stringMatching(/could not be written: ENOENT/) });
    spawnSync('mkfifo', [`${file}.fifo`]);
    expect(into(`${file}.fifo`)).toMatchObject({ status: 3, stdout: '', stderr: expect.stringMatching(/nobody reads from it/) });
  });

  test('one that fills up is said, and the program goes on', () => {
    const ran = run(process.execPath, [cliProgram, 'emulate', 'none', '--record', '/dev/full', '--', program, 'tcp']);
    expect(ran).toEqual({
      status: 3,
      stdout: native('tcp').stdout,
      stderr: expect.stringMatching(/^sockatlas: \/dev\/full could not be written to the end: ENOSPC/),
    });
  });
});

const witness = onLinux ? compiledWitness() : { program: undefined };

const ASKED = new Set(['recv', 'send', 'so_error', 'shutdown', 'reset', 'close']);
/** As emulated without --readiness, of which the other end is the witness' too. */
const isEmulated = ({ steps }: Sequence) =>
  steps.every(
    ({ actor, verb, ...step }) =>
      ASKED.has(verb) && !(actor === 'S' && verb === 'close') && !(actor === 'P' && 'direction' in step && step.direction !== 'write'),
  );
const tcp = ['tcp', 'tcp6'] as const;

describe.runIf(witness.program !== undefined)('random sequences of steps, recorded [needs Linux and a C compiler]', () => {
  test.each([
    ['none', 'linux', [...tcp, 'udp', 'udp6', 'unix'], 1],
    ['windows', 'windows', tcp, 10],
    ['wine-8.0', 'wine-8.0', tcp, 10],
  ] as const)('emulate %s gives what the model predicts of %s', (platform, name, transports, times) => {
    const model = modelOf(name) as Model;
    const inLinuxWords = (token: string) => token.replace(/[A-Z]\w+/, (code) => codes.counterpart('linux', code)?.name ?? code);
    const sequences = fc
      .sample(randomSteps(transports), { seed: 1, numRuns: times * SEQUENCES })
      .filter((sequence) => (platform === 'none' || isEmulated(sequence)) && predict(model, sequence).uncovered === undefined)
      .slice(0, SEQUENCES);
    expect(sequences.length).toBeGreaterThan(SEQUENCES / 4);
    const { stdout, status } = spawnSync(
      process.execPath,
      [cliProgram, 'emulate', platform, '--record', file, '--', witness.program as string, '--lanes', '20'],
      { input: sequences.map((sequence) => `${printSteps(sequence)}\n`).join(''), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    expect(status).toBe(0);
    const traces = stdout.trimEnd().split('\n');
    const wrong = sequences.flatMap((sequence, i) => {
      const predicted = predict(model, sequence).traces.map(({ trace }) => trace.map(inLinuxWords).join(' '));
      return predicted.includes(traces[i] as string) ? [] : [`${printSteps(sequence)}: ${traces[i]}, not ${predicted.join(' or ')}`];
    });
    expect(wrong.slice(0, 10)).toEqual([]);
    const calls = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(calls.length).toBeGreaterThan(sequences.length);
    for (const call of calls.slice(0, 2000)) recordedCallSchema.parse(JSON.parse(call));
  });
});
