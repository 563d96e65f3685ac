import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compiled } from '../fixtures/compiled.ts';
import { cliProgram } from '../fixtures/index.ts';

/** Programs that mean their supervisor harm: they say the same natively and emulated, end, and nothing else is written in them than what a call was given. */

const onLinux = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
const source = fileURLToPath(new URL('./hostile.c', import.meta.url));
const flags = ['-std=gnu11', '-O2', '-w', '-pthread'];
const { program } = onLinux ? compiled(source, { flags }) : { program: undefined };

function run(command: readonly string[]) {
  const { status, signal, stdout } = spawnSync(command[0] as string, command.slice(1), { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' });
  return { status, signal, stdout };
}

describe.runIf(program !== undefined).each(['none --every-call', 'windows', 'windows --readiness select', 'windows --readiness wsapoll'])(
  'under `emulate %s` [needs Linux and a C compiler]',
  (how) => {
    test.each([
      ['rebind', 'what was closed is closed at once'],
      ['edges', 'what epoll tells once is not lost to a signal'],
      ['edges-interrupted', 'nor where the handler asks for no restart'],
      ['oneshot', 'nor what is told once alone'],
      ['ended-by-signal', 'a signal ends a wait'],
      ['interrupts', 'signals during all calls'],
      ['interrupts-restarted', 'and such that are restarted'],
      ['wild', 'wild pointers, lengths and vectors, on connections that were reset'],
      ['refused', 'what the kernel refuses'],
      ['polls', 'more descriptors than can be polled'],
      ['forks 1000', 'many processes at once'],
      ['dups', 'another socket than the one that was looked at'],
      ['passed', 'a socket given to another process'],
      ['execs', 'close-on-exec, vfork'],
      ['filters', 'filters of its own'],
      ['chaos', 'descriptors closed at random'],
    ])('%s: %s', (what) => {
      const command = [program as string, ...what.split(' ')];
      const natively = run(command);
      expect(natively.status).toBe(0);
      expect(run([process.execPath, cliProgram, 'emulate', ...how.split(' '), '--', ...command])).toEqual(natively);
    });
  },
);
