import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { NUMBERS } from '../../native-bindings/linux/system-calls.ts';
import { compiled } from '../fixtures/compiled.ts';
import { childrenOf, cliProgram, startCli, until } from '../fixtures/index.ts';

/** The machinery of `emulate`: every call of real programs is seen and left to the kernel, so that nothing may differ from a native run. */

/** How often a process is killed in the middle of it. */
const KILLS = Number(process.env.SOCKATLAS_KILLS ?? 2);

const onLinux = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
const source = fileURLToPath(new URL('./subject.c', import.meta.url));
const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Wno-restrict', '-pthread'];
const none = { program: undefined, reason: 'needs Linux' };
const subject = onLinux ? compiled(source, { flags }) : none;
const staticSubject = onLinux ? compiled(source, { flags: [...flags, '-static'], needs: 'needs a C library to link statically' }) : none;
const [program = ''] = [subject.program];

const ARGUMENTS = ['emulate', 'none', '--every-call', '--'];
const EMULATE = [process.execPath, cliProgram, ...ARGUMENTS];

interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command below a shell that prepares its place with `script`, in which "$@" is the command: natively, and emulated. */
function both(command: readonly string[], script = '"$@"', options: { readonly input?: string; readonly env?: Record<string, string> } = {}) {
  const run = (args: readonly string[]): Ending => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', ...args], {
      encoding: 'utf8',
      input: options.input ?? '',
      env: { ...process.env, ...options.env },
      timeout: 100_000,
    });
    return { code: status, stdout, stderr };
  };
  return { natively: run(command), emulated: run([...EMULATE, ...command]) };
}

function emulated(...command: string[]): Ending {
  return both(command).emulated;
}

describe.runIf(onLinux)('a program under `emulate none` [needs Linux]', () => {
  test.each([
    ['exit code', 'exit 7'],
    ['a high one', 'exit 255'],
    ['SIGTERM', 'kill -TERM $$'],
    ['SIGINT', 'kill -INT $$'],
    ['SIGSEGV', 'kill -SEGV $$'],
    ['SIGKILL', 'kill -KILL $$'],
    ['SIGPIPE', 'kill -PIPE $$'],
    ['output', 'echo out; echo err >&2; echo more'],
    ['input', 'while read line; do echo "<$line>"; done'],
    ['a pipe that nobody reads any more', 'yes | head -1'],
    ['children', 'for i in 1 2 3 4 5; do (echo $i; exit $i) || echo "$?"; done'],
  ])('ends as it does natively: %s', (_, script) => {
    const { natively, emulated } = both(['sh', '-c', script], '"$@"; echo "ended $?"', { input: 'one\ntwo' });
    // A shell tells of a signal by itself, a line on stderr.
    expect({ ...emulated, stderr: '' }).toEqual({ ...natively, stderr: '' });
  });

  test('a child that outlives it is waited for', () => {
    const { natively, emulated } = both(['sh', '-c', '(sleep 0.2; echo late) & echo early; exit 3'], '"$@"; echo "ended $?"');
    expect(natively.stdout).toBe('early\nended 3\nlate\n');
    expect(emulated.stdout).toBe('early\nlate\nended 3\n');
  });

  test('what it says on stderr', () => {
    const { natively, emulated } = both(['sh', '-c', 'echo one >&2; exit 1']);
    expect(emulated).toEqual(natively);
  });

  test('a closed stdin, and redirections', () => {
    const { natively, emulated } = both(['cat'], '"$@" <&- 2>/dev/null; "$@" </dev/null; echo x | "$@" | cat');
    expect(emulated.stdout).toBe(natively.stdout);
  });

  test('its arguments and its environment', () => {
    const args = ['a b', '', '--', '-x', "'", '"', '\\', '*', 'ü', '--help'];
    const { natively, emulated } = both(['sh', '-c', 'printf "<%s>" "$@"; env | sort', 'sh', ...args], '"$@"', { env: { 'ODD.NAME': 'x\ny', EMPTY: '' } });
    // A shell counts itself.
    const plain = ({ stdout }: Ending) => stdout.replace(/^(_|SHLVL)=.*\n/gm, '');
    expect(plain(emulated)).toBe(plain(natively));
  });

  test('a program that is not there, and one that may not be run', () => {
    expect(emulated('/nonexistent/program')).toEqual({ code: 127, stdout: '', stderr: 'sockatlas: /nonexistent/program: not found\n' });
    expect(emulated('no-such-program')).toEqual({ code: 127, stdout: '', stderr: 'sockatlas: no-such-program: not found\n' });
    expect(emulated(source)).toEqual({ code: 126, stdout: '', stderr: `sockatlas: ${source}: permission denied\n` });
  });

  test('a platform that is not there', () => {
    const { status, stderr } = spawnSync(process.execPath, [cliProgram, 'emulate', 'vms', '--', 'true'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/^sockatlas: no such platform to emulate: "vms"; choose from [^\n]+; the nearest: [^\n]+\n$/),
    });
  });

  test('an emulation within one: a process has one supervisor', () => {
    expect(emulated(...EMULATE, 'true')).toEqual({ code: 3, stdout: '', stderr: expect.stringMatching(/^sockatlas: [^\n]*EBUSY[^\n]*\n$/) });
  });

  test('python', ({ skip }) => {
    const script =
      'import socket, threading\na, b = socket.socketpair()\nt = threading.Thread(target=lambda: print(a.recv(5)))\nt.start()\nb.send(b"hello")\nt.join()';
    if (spawnSync('python3', ['--version']).status !== 0) skip('needs python3');
    const { natively, emulated } = both(['python3', '-c', script]);
    expect(emulated).toEqual(natively);
  });

  test('node', () => {
    const script =
      'require("http").createServer((q, r) => r.end("hello")).listen(0, function () { require("http").get({ port: this.address().port }, (r) => r.on("data", (d) => { console.log(String(d)); process.exit(4); })); });';
    const { natively, emulated } = both([process.execPath, '-e', script]);
    expect(emulated).toEqual(natively);
  });
});

describe.runIf(subject.program !== undefined)('a program in C [needs Linux and a C compiler]', () => {
  const here = '"$@"';

  test.each([
    ['as it is', here],
    ['few files', `ulimit -Sn 256; ${here}`],
    ['few files, not to be raised', `ulimit -n 300; ${here}`],
    ['more descriptors', `${here} 3</etc/passwd 5>/dev/null 9>&1 7</dev/zero 4<&0`],
    ['descriptors that do not wait', `"${program}" non-blocking ${here}`],
    ['no stdin', `${here} </dev/null`],
    ['stdout and stderr are one file', `${here} 2>&1`],
  ])('gets what it gets natively, limits, signals, descriptors: %s', (_, script) => {
    const { natively, emulated } = both([program, 'state'], script);
    expect(emulated).toEqual(natively);
    expect(emulated.stdout).toContain('descriptor 0');
  });

  test.each([['threads', '100'], ['forks', '1000'], ['wild'], ['interrupted'], ['restarted'], ['signals'], ['chaos']])(
    'does what it does natively: %j',
    (...args) => {
      const { natively, emulated } = both([program, ...args]);
      expect(emulated).toEqual(natively);
      expect(emulated.code).toBe(0);
    },
  );

  test.each([
    ['pidfd_getfd', 438, 'EPERM', /^sockatlas: pidfd_getfd is forbidden here \(EPERM\)[^\n]*seccomp=unconfined\n$/],
    ['pidfd_getfd', 438, 'ENOSYS', /^sockatlas: this kernel has no pidfd_getfd[^\n]*Linux 5\.6[^\n]*\n$/],
    ['pidfd_open', 434, 'ENOSYS', /^sockatlas: this kernel has no pidfd_open[^\n]*\n$/],
    ['seccomp', NUMBERS.seccomp[process.arch as 'x64' | 'arm64'], 'EPERM', /^sockatlas: seccomp\(2\) is forbidden here \(EPERM\)[^\n]*\n$/],
  ] as const)('what the machine lacks is said in a line: %s %i, %s', (_, number, error, says) => {
    const { emulated } = both([program, 'state'], `"${program}" forbid ${number} ${constants.errno[error]} "$@"`);
    expect(emulated).toEqual({ code: 3, stdout: '', stderr: expect.stringMatching(says) });
  });

  test('Ctrl-C in a terminal comes once', ({ skip }) => {
    if (spawnSync('python3', ['--version']).status !== 0) skip('needs python3');
    // The CLI in the foreground of a terminal of its own; what is written to the other end is typed.
    const terminal = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
seen = b''
while True:
    try: part = os.read(fd, 1000)
    except OSError: break
    if not part: break
    if b'ready' not in seen and b'ready' in seen + part: os.write(fd, b'\\x03')
    seen += part
print(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
    const { status, stdout } = spawnSync('python3', ['-c', terminal, ...EMULATE, program, 'counts'], { encoding: 'utf8', timeout: 100_000 });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^ready\r\n\^C1 times\r\n$/m) });
  });

  test('io_uring, by which calls would pass unseen, is not there', () => {
    expect(emulated(program, 'ring')).toEqual({ code: 0, stdout: 'io_uring_setup -1 ENOSYS\n', stderr: '' });
  });

  test.runIf(process.arch === 'x64')('a call of 32 bits ends it [needs x64]', () => {
    expect(emulated(program, 'foreign')).toEqual({
      code: 137,
      stdout: '',
      stderr: expect.stringMatching(/^sockatlas: process \d+ was ended: it makes system calls of another architecture [^\n]+\n$/),
    });
  });
});

test.runIf(staticSubject.program !== undefined)(`a static program${staticSubject.reason === undefined ? '' : ` [${staticSubject.reason}]`}`, () => {
  const { natively, emulated } = both([staticSubject.program as string, 'threads', '20']);
  expect(emulated).toEqual(natively);
});

test.runIf(process.platform !== 'linux')('elsewhere it says that it needs Linux [needs another system]', () => {
  const { status, stderr } = spawnSync(process.execPath, [cliProgram, 'emulate', 'none', '--', 'node'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringMatching(/^sockatlas: a program's calls can be answered on Linux alone[^\n]+\n$/) });
});

/** What a test that fails leaves running. */
const marks: string[] = [];
afterEach(() => {
  for (const mark of marks.splice(0)) for (const pid of marked(mark)) process.kill(pid, 'SIGKILL');
});

/** A command that runs, with all its processes: they are found by a variable that each of them has. */
function started(...command: string[]) {
  const mark = `SOCKATLAS_MARK=${randomUUID()}`;
  marks.push(mark);
  const [name, value] = mark.split('=') as [string, string];
  const { pid, ended, printed } = startCli([...ARGUMENTS, ...command], { env: { [name]: value } });
  return {
    pid,
    ended,
    says: (text: string) => until(`it says ${text}`, () => Object.values(printed()).some((all) => all.includes(text))),
    supervisor: () => childrenOf(pid)[0] as number,
    program: () => childrenOf(childrenOf(pid)[0] as number)[0] as number,
    nothingLeft: () => until('nothing is left', () => marked(mark).length === 0),
  };
}

/** The processes that run with a variable. */
function marked(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        // Of one that has ended it is empty.
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
      } catch {
        return false;
      }
    });
}

describe.runIf(subject.program !== undefined)('whoever dies [needs Linux and a C compiler]', () => {
  const times = Array.from({ length: KILLS }, (_, i) => i + 1);

  test.each(times)('the command: all die with it (%i)', async () => {
    const running = started(program, 'busy');
    await running.says('busy');
    process.kill(running.pid, 'SIGKILL');
    expect((await running.ended).signal).toBe('SIGKILL');
    await running.nothingLeft();
  });

  test.each(times)('the supervisor: all die with it, and the command says so (%i)', async () => {
    const running = started(program, 'busy');
    await running.says('busy');
    process.kill(running.supervisor(), 'SIGKILL');
    expect(await running.ended).toMatchObject({
      code: 3,
      stderr: 'sockatlas: the supervisor ended (SIGKILL), and the program was ended with it\n',
    });
    await running.nothingLeft();
  });

  test.each(times)('the program, in the middle of a call: nothing is left (%i)', async () => {
    const running = started(program, 'calls');
    await running.says('calls');
    process.kill(running.program(), 'SIGKILL');
    expect(await running.ended).toMatchObject({ code: 137, stderr: '' });
    await running.nothingLeft();
  });

  test.each(['command', 'supervisor'] as const)('the %s: a program that is never where it was seen dies with it', async (who) => {
    const running = started(program, 'comet');
    await running.says('comet');
    process.kill(who === 'command' ? running.pid : running.supervisor(), 'SIGKILL');
    await running.nothingLeft();
  });

  test('what the program leaves running is waited for, and gets the signals that come', async () => {
    const running = started(program, 'busy');
    await running.says('busy');
    const killed = running.program();
    process.kill(killed, 'SIGKILL');
    await until('its child is an orphan', () => running.program() !== killed && running.program() !== undefined);
    process.kill(running.pid, 'SIGTERM');
    expect(await running.ended).toMatchObject({ code: 137 });
    await running.nothingLeft();
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const)('a blocked program gets %s', async (signal) => {
    const running = started(program, 'blocked');
    await running.says('blocked');
    process.kill(running.pid, signal);
    const number = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1, SIGQUIT: 3, SIGUSR2: 12 }[signal];
    expect(await running.ended).toMatchObject({ code: 128 + number, signal: null });
    await running.nothingLeft();
  });

  test('SIGUSR1 asks for a report, and changes nothing', async () => {
    const running = started(program, 'blocked');
    await running.says('blocked');
    process.kill(running.pid, 'SIGUSR1');
    await running.says('emulate none');
    process.kill(running.pid, 'SIGTERM');
    expect((await running.ended).code).toBe(143);
  });
});
