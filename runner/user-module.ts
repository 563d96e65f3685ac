import { spawnSync } from 'node:child_process';
import { readFileSync, writeSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { basename, dirname, extname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type typescript from 'typescript';
import { packageRoot } from '../platforms/package-root.ts';
import { shownPath } from '../platforms/shown-path.ts';
import { sibling } from './sibling.ts';

/** Loads a user's module (a table, a policy, a scenario), JavaScript or TypeScript, and tells where a fault of it is. For a process that may die of it. */

/** The message begins with the file, and with its line where one is known: `mine.ts:12: TypeError: …` */
export class UserModuleError extends Error {
  override readonly name = 'UserModuleError';
}

export type Typescript = Pick<typeof typescript, 'ModuleKind' | 'ScriptTarget' | 'transpileModule' | 'flattenDiagnosticMessageText'>;

const MAX_TEXT = 500;
const CHECK_MS = 10_000;
/** ms that a module may take to load in its process: TypeScript is compiled then, perhaps on a busy machine. */
export const LOAD_MS = 15_000;

/** Whether a name is that of a module, and not of something that comes with sockatlas. */
export function isModule(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

/** What a .js, .mjs, .cjs, .ts, .mts or .cts file exports. @throws UserModuleError */
export async function importUserModule(file: string): Promise<Record<string, unknown>> {
  if (/^\.[cm]?ts$/.test(extname(file))) readTypeScript(file);
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw new UserModuleError(describeFault(file, error));
  }
  // A CommonJS module may show its exports only as the default one.
  const { default: other } = module;
  return typeof other === 'object' && other !== null ? { ...other, ...module } : module;
}

/** What a user's module threw, with the place: the line of the innermost of the user's own files. */
export function describeFault(file: string, error: unknown): string {
  const text = textOf(error);
  const stack = stackOf(error);
  const place = lineAtHead(stack) ?? lineInFrames(stack) ?? (text.startsWith('SyntaxError') ? lineOfSyntaxError(file) : undefined);
  const where = place === undefined ? shownPath(file) : `${shownPath(place.file)}:${place.line}`;
  return `${where}: ${text}${adviceFor(file, text)}`;
}

/** Where a scenario's own code threw: `suites/tcp/reset.ts:31`; undefined where sockatlas did, or nothing says. */
export function lineOfFault(error: unknown): string | undefined {
  const place = lineInFrames(stackOf(error));
  return place && `${shownPath(place.file)}:${place.line}`;
}

/** A process that runs the user's code ends with one line on stderr, not with a stack, where that throws when nobody is there to catch it. */
export function endWithOneLine(): void {
  process.on('uncaughtException', (error) => {
    const place = lineOfFault(error);
    writeSync(2, `${place === undefined ? '' : `${place}: `}${textOf(error)}\n`);
    process.exit(1);
  });
}

interface SourceLine {
  readonly file: string;
  readonly line: number;
}

/** Node puts the place of a syntax error before the stack, for some kinds of modules. */
function lineAtHead(stack: string): SourceLine | undefined {
  const [, file, line] = /^(file:\/\/.+|\/.+|[A-Za-z]:[\\/].+):(\d+)$/.exec(stack.split('\n', 1)[0] ?? '') ?? [];
  return file === undefined ? undefined : { file: asPath(file), line: Number(line) };
}

function lineInFrames(stack: string): SourceLine | undefined {
  for (const frame of stack.split('\n')) {
    const [, called, bare] = /^\s+at (?:.*?\((.+)\)|(?:async )?(.+))$/.exec(frame) ?? [];
    const [, source, line] = /^(.+?):(\d+):\d+$/.exec(called ?? bare ?? '') ?? [];
    if (source === undefined || !/^(file:|\/|[A-Za-z]:[\\/])/.test(source)) continue;
    const file = asPath(source);
    // From here on it is sockatlas that calls.
    if (isOwn(file)) return undefined;
    return { file, line: Number(line) };
  }
  return undefined;
}

/** V8 says where a syntax error of an ES module is only to a process that dies of it. */
function lineOfSyntaxError(file: string): SourceLine | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', '--input-type=module', '-'], {
    input: readFileSync(file),
    encoding: 'utf8',
    timeout: CHECK_MS,
    windowsHide: true,
  });
  const [, line] = /^\[stdin\]:(\d+)$/m.exec(stderr ?? '') ?? [];
  return line === undefined ? undefined : { file, line: Number(line) };
}

function isOwn(file: string): boolean {
  const parts = dirname(dirname(fileURLToPath(import.meta.url)));
  return ['cli', 'runner', 'classification', 'native-bindings'].some((floor) => file.startsWith(join(parts, floor) + sep));
}

function asPath(source: string): string {
  try {
    return source.startsWith('file:') ? fileURLToPath(source) : source;
  } catch {
    return source;
  }
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
  return text.split('\n', 1)[0]?.slice(0, MAX_TEXT) ?? '';
}

function stackOf(error: unknown): string {
  const stack = error instanceof Error ? error.stack : undefined;
  return typeof stack === 'string' ? stack : '';
}

/** `npm init` writes "type": "commonjs", with which Node refuses the `export` of a .js or .ts file. */
function adviceFor(file: string, text: string): string {
  if (!/^SyntaxError: (Unexpected token 'export'|Cannot use import statement)/.test(text)) return '';
  const name = basename(file).replace(/\.([jt]s)$/, '.m$1');
  return name === basename(file) ? '' : `. According to the nearest package.json it is not an ES module: rename it to ${name}`;
}

/**
 * Node reads TypeScript by itself from 22.18 on. Before that the TypeScript compiler does, which is beside the user's file (ts-node needs it too) or in a
 * checkout of sockatlas.
 */
function readTypeScript(file: string): void {
  if ((process.features as { readonly typescript?: unknown }).typescript) return;
  for (const from of [file, join(packageRoot, 'package.json')]) {
    const path = compilerBeside(from);
    if (path === undefined) continue;
    register(sibling(import.meta.url, 'typescript-hooks').href, { parentURL: import.meta.url, data: { typescript: path } });
    // The lines of faults are those of the TypeScript file.
    process.setSourceMapsEnabled(true);
    return;
  }
  throw new UserModuleError(
    `${shownPath(file)}: Node ${process.versions.node} cannot load TypeScript. Use Node 22.18 or later, or install the compiler beside the file ` +
      '(npm install --save-dev typescript@6), or write the module in JavaScript (.mjs)',
  );
}

/** TypeScript 7 has no such interface. */
function compilerBeside(file: string): string | undefined {
  const require = createRequire(file);
  try {
    const path = require.resolve('typescript');
    return typeof (require(path) as Partial<Typescript>).transpileModule === 'function' ? path : undefined;
  } catch {
    return undefined;
  }
}
