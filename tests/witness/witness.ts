import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type StartedWine, windowsPath } from '../../provisioning/agent.ts';
import { type Compiled, compiled } from '../fixtures/compiled.ts';

/** The witness (witness.c): a program that performs the language of steps without koffi. */

type Compiler = 'cc' | 'x86_64-w64-mingw32-gcc';

export const WITNESS_SOURCE: string = fileURLToPath(new URL('./witness.c', import.meta.url));
export const WITNESS_FLAGS: readonly string[] = ['-std=c11', '-O2', '-Wall', '-Wextra'];

/** Compiles the witness once for each state of its source. @throws Error where the compiler refuses it */
export function compiledWitness(compiler: Compiler = 'cc'): Compiled {
  const isForWindows = compiler !== 'cc' || process.platform === 'win32';
  return compiled(WITNESS_SOURCE, { compiler, flags: WITNESS_FLAGS, ...(isForWindows && { libraries: ['-lws2_32'], ending: '.exe' }) });
}

interface WitnessOptions {
  /** How many sequences are under way at a time. */
  readonly lanes?: number;
  /** In ms: where no call tells that something has arrived. */
  readonly pause?: number;
  /** In ms: after which a blocking call is `blocked`. */
  readonly timeout?: number;
  /** P's calls are made in another process. */
  readonly peerProcess?: boolean;
  /** Where the witness for Windows runs. */
  readonly wine?: StartedWine;
}

/** The trace of each sequence. @throws Error where the witness has none for one of them */
export function witnessed(sequences: readonly string[], options: WitnessOptions = {}): readonly (readonly string[])[] {
  return witnessLines(sequences, options).map((line, i) => {
    if (line.startsWith('error: ')) throw new Error(`the witness of "${sequences[i]}": ${line.slice('error: '.length)}`);
    return line.split(' ');
  });
}

/** What the witness says of each line: the tokens of a trace, or `error: ` and the reason. @throws Error where it does not compile or does not end well */
export function witnessLines(lines: readonly string[], { wine, ...options }: WitnessOptions = {}): readonly string[] {
  const { program, reason } = compiledWitness(wine === undefined ? 'cc' : 'x86_64-w64-mingw32-gcc');
  if (program === undefined) throw new Error(reason);
  const { command, env } = wine?.agent('') ?? { command: program, env: {} };
  const args = wine === undefined ? [] : [windowsPath(program)];
  // Files: a pipe of Linux's is none of Wine's.
  const folder = mkdtempSync(join(tmpdir(), 'sockatlas-witness-'));
  const [input, output] = [join(folder, 'in'), join(folder, 'out')];
  writeFileSync(input, lines.map((line) => `${line}\n`).join(''));
  const [stdin, stdout] = [openSync(input, 'r'), openSync(output, 'w')];
  try {
    const { error, status, signal, stderr } = spawnSync(command, [...args, ...flags(options)], {
      env: { ...process.env, ...env },
      stdio: [stdin, stdout, wine === undefined ? 'pipe' : 'ignore'],
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`the witness ended with ${signal ?? status}: ${stderr}`);
    const said = readFileSync(output, 'utf8').split('\n').slice(0, -1);
    if (said.length !== lines.length) throw new Error(`the witness said ${said.length} lines for ${lines.length}`);
    return said;
  } finally {
    closeSync(stdin);
    closeSync(stdout);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function flags({ lanes, pause, timeout, peerProcess }: Omit<WitnessOptions, 'wine'>): readonly string[] {
  const numbers = Object.entries({ lanes, pause, timeout }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, `${value}`]));
  return peerProcess ? [...numbers, '--peer-process'] : numbers;
}
