import type { Question, TableReply, TableRequest } from '../classification/checked-function.ts';
import { shownPath } from '../platforms/shown-path.ts';
import { withStarter } from '../runner/starter.ts';
import { describeFault, importUserModule, UserModuleError } from '../runner/user-module.ts';

/** The program in which a user's classify function runs. If it throws, hangs or crashes, only this process is affected. */
interface Loaded {
  readonly file: string;
  readonly classify: (question: Question) => unknown;
}

let loaded: Loaded | undefined;

/** Answers until its starter ends it. */
export async function runTable(): Promise<void> {
  const starter = await withStarter<TableReply, TableRequest>();
  for (;;) starter.say(await answer(await starter.hear()));
}

async function answer(request: TableRequest): Promise<TableReply> {
  if (request.type === 'ask') return ask(request.question);
  try {
    return { type: 'loaded', exports: request.type === 'load-module' ? await loadModule(request.file) : await loadLibrary(request.file, request.name) };
  } catch (error) {
    const { name, message } = error as Error;
    return {
      type: 'cannot',
      reason: error instanceof UserModuleError ? message : `${shownPath(request.file)}: cannot be loaded: ${message}`,
      machine: name === 'NoNativeModule',
    };
  }
}

function ask(question: Question): TableReply {
  try {
    const value = loaded?.classify(question);
    return { type: 'class', value: typeof value === 'string' || typeof value === 'number' ? value : null, kind: typeof value };
  } catch (error) {
    return { type: 'threw', reason: describeFault(loaded?.file ?? '', error) };
  }
}

async function loadModule(file: string): Promise<unknown> {
  const { classify: named, classes, calls, api, ...others } = await importUserModule(file);
  if (typeof named !== 'function') {
    throw new UserModuleError(`${shownPath(file)}: it does not export a function named classify (it exports ${Object.keys(others).join(', ') || 'nothing'})`);
  }
  loaded = { file, classify: ({ ret, code, call, platform }) => named(ret, code, call, platform) };
  return { classes, calls, api };
}

async function loadLibrary(file: string, name: string): Promise<unknown> {
  const { loadClassifier } = await import('../native-bindings/classifier.ts');
  const native = await loadClassifier(file, name);
  loaded = { file, classify: ({ ret, code }) => native(ret, code) };
  return {};
}
