import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { APIS } from '../classification/table-terms.ts';
import { MEANINGS } from '../language/code.ts';
import { didYouMean } from '../platforms/nearest.ts';
import { packageRoot } from '../platforms/package-root.ts';
import { jsonText } from '../report/json-text.ts';
import { isStepsFile } from '../runner/steps-file.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { say } from './output.ts';

/** `sockatlas new`: commented skeletons (cli/skeletons/), by the name's ending. Each is right: `check` finds nothing above a note in it, `close` and `run` accept it. */

export interface NewTableArguments {
  /** Whose codes a JSON table names; posix where absent. */
  readonly api?: string;
}

/** What differs in a JSON table with the codes of an api. */
const CODES = {
  posix: {
    waits: '["EAGAIN", "EWOULDBLOCK"]',
    waitsNote: 'They are the same number on Linux, and two numbers on some systems',
    reset: 'ECONNRESET',
    ended: 'EPIPE',
  },
  winsock: {
    waits: '["WSAEWOULDBLOCK"]',
    waitsNote: 'Winsock sets codes that begin with WSA; ECONNRESET without WSA is a code of the C runtime',
    reset: 'WSAECONNRESET',
    ended: 'WSAESHUTDOWN',
  },
} as const;

/** @throws UsageError for a file that exists already, or another ending */
export async function newTable(file: string, { api }: NewTableArguments): Promise<number> {
  const ending = extname(file);
  if (api !== undefined && ending !== '.json') throw new UsageError('--api is for a .json table: the other skeletons have the codes of both');
  if (api !== undefined && api !== 'posix' && api !== 'winsock') {
    throw new UsageError(`--api ${JSON.stringify(api)}: choose posix or winsock${didYouMean(APIS.slice(0, 2), api)}`);
  }
  if (ending === '.c') {
    const text = skeleton('table.c', file, { name: basename(file, ending), meanings: meanings(6, '\n * ') });
    return writeSkeleton(file, text, 'the comment at its top says how to compile and check it');
  }
  if (ending !== '.json' && !isModule(file))
    throw new UsageError(`${file}: a table is a .json file with rows, a .js, .mjs, .ts or .mts module, or a .c function`);
  const text = ending === '.json' ? jsonTable(file, api ?? 'posix') : skeleton('table.mjs', file, { meanings: meanings(5, '\n// ') });
  return writeSkeleton(file, text, `check it with: sockatlas check ${asArgument(file)}`);
}

/** @throws UsageError for a file that exists already, or another ending */
export async function newPolicy(file: string): Promise<number> {
  if (!isModule(file)) throw new UsageError(`${file}: a policy is a module; name a .js, .mjs, .ts or .mts file`);
  const name = basename(file, extname(file)).replace(/[^\w.-]+/g, '-') || 'mine';
  const meaning = MEANINGS.map((word) => `'${word}'`).join(' | ');
  return writeSkeleton(file, skeleton('policy.mjs', file, { name, meaning, meanings: MEANINGS.join(', ') }), `play it with: sockatlas close --policy ${file}`);
}

/** @throws UsageError for a file that exists already, or another ending */
export async function newScenario(file: string): Promise<number> {
  const isSteps = isStepsFile(file);
  if (!isSteps && !isModule(file)) throw new UsageError(`${file}: scenarios are a file of steps or a module; name a .steps, .js, .mjs, .ts or .mts file`);
  return writeSkeleton(file, skeleton(isSteps ? 'scenario.steps' : 'scenario.mjs', file), `run it with: sockatlas run ${asArgument(file)} -v`);
}

function isModule(file: string): boolean {
  return /^\.m?[jt]s$/.test(extname(file));
}

function jsonTable(file: string, api: keyof typeof CODES): string {
  const name = basename(file, '.json').toLowerCase();
  const library = name.replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '') || 'mine';
  return jsonText(JSON.parse(skeleton('table.json', file, { ...CODES[api], api, name: library, meanings: MEANINGS.join(', ') })));
}

/** The meanings in two lines of a comment. */
function meanings(first: number, newLine: string): string {
  return `${MEANINGS.slice(0, first).join(', ')},${newLine}${MEANINGS.slice(first).join(', ')}`;
}

/** A skeleton with its slots filled, `{{name}}`. What stands in `{{ts:…}}` or after `ts|` is for TypeScript alone. */
function skeleton(name: string, file: string, slots: Readonly<Record<string, string>> = {}): string {
  const inTypescript = /\.m?ts$/.test(file) ? '$1' : '';
  const text = readFileSync(join(packageRoot, 'cli', 'skeletons', `${name}.template`), 'utf8')
    .replace(/^ts\|(.*\n)/gm, inTypescript)
    .replace(/\{\{ts:(.*?)\}\}(?!\})/g, inTypescript);
  return Object.entries({ file: basename(file), argument: asArgument(file), ...slots }).reduce(
    (filled, [slot, value]) => filled.replaceAll(`{{${slot}}}`, () => value),
    text,
  );
}

/** Writes a new file, and says what to do with it. Resolves to the exit code. @throws UsageError where it exists already, EnvironmentError where it cannot be written */
function writeSkeleton(file: string, text: string, next: string): number {
  try {
    writeNew(file, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UsageError(`${file} already exists and was not changed`);
    throw new EnvironmentError(`${file} could not be written: ${message}`);
  }
  say(`written to ${file}; ${next}`);
  return EXIT.conforms;
}

/** Leaves no half of a file where the disk is full. */
function writeNew(file: string, text: string): void {
  const fd = openSync(file, 'wx');
  try {
    writeFileSync(fd, text);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** A file as a command line names it, so that it is not taken for an option, or for the name of something that comes with sockatlas. */
function asArgument(file: string): string {
  return /[\\/]/.test(file) ? file : `./${file}`;
}
