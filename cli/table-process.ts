import { createRequire, register } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Question, TableAnswer, TableRequest } from '../classification/table-protocol.ts';
import { packageRoot } from '../platforms/package-root.ts';
import { connectToStarter } from '../runner/channel.ts';

/** The program that a user's own classify runs in: whatever it does, throws, hangs in or dies of costs this process alone. */
type Classify = (question: Question) => unknown;

let classify: Classify | undefined;

const channel = await connectToStarter(
  {},
  {
    message: async (message) => channel.send(await answer(message as TableRequest)),
    // Not process.exit: its handlers are the user's.
    close: () => process.kill(process.pid, 'SIGKILL'),
  },
);

async function answer(request: TableRequest): Promise<TableAnswer> {
  if (request.type === 'ask') return ask(request.question);
  try {
    return { type: 'loaded', exports: request.type === 'load-module' ? await loadModule(request.file) : await loadLibrary(request.file, request.name) };
  } catch (error) {
    return { type: 'cannot', reason: reasonOf(error), machine: (error as Error | undefined)?.name === 'NoNativeModule' };
  }
}

function ask(question: Question): TableAnswer {
  try {
    const value = classify?.(question);
    return { type: 'class', value: typeof value === 'string' || typeof value === 'number' ? value : null, kind: typeof value };
  } catch (error) {
    return { type: 'threw', reason: reasonOf(error) };
  }
}

async function loadModule(file: string): Promise<unknown> {
  if (/^\.[cm]?ts$/.test(extname(file))) readTypeScript(file);
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown> & { default?: Record<string, unknown> };
  // A CommonJS module may show its exports as the default one alone.
  const { classify: named, classes, calls, api } = typeof module.classify === 'function' ? module : (module.default ?? module);
  if (typeof named !== 'function') throw new Error(`it exports no function named classify (it exports ${Object.keys(module).join(', ') || 'nothing'})`);
  classify = ({ ret, code, call, platform }) => named(ret, code, call, platform);
  return { classes, calls, api };
}

async function loadLibrary(file: string, name: string): Promise<unknown> {
  const { loadClassifier } = await import('../native-bindings/classifier.ts');
  const native = await loadClassifier(file, name);
  classify = ({ ret, code }) => native(ret, code);
  return {};
}

/** Node reads TypeScript by itself from 22.18 on; before that ts-node does, where the user, or sockatlas's own checkout, has it. */
function readTypeScript(file: string): void {
  const features = process.features as { typescript?: unknown };
  if (features.typescript || process.execArgv.some((argument) => argument.includes('ts-node'))) return;
  for (const from of [file, packageRoot]) {
    let loader: string;
    try {
      loader = createRequire(pathToFileURL(`${from}/`)).resolve('ts-node/esm');
    } catch {
      continue;
    }
    process.env.TS_NODE_TRANSPILE_ONLY = 'true';
    process.env.TS_NODE_COMPILER_OPTIONS ??= '{"module":"nodenext","moduleResolution":"nodenext","target":"es2022"}';
    register(pathToFileURL(loader).href, import.meta.url);
    return;
  }
  throw new Error(`Node ${process.versions.node} does not read TypeScript: use Node 22.18 or later, install ts-node beside the file, or give it as JavaScript`);
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${String(error)}`;
  return text.split('\n')[0]?.slice(0, 500) ?? '';
}
