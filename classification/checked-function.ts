import { basename } from 'node:path';
import type * as Zod from 'zod';
import { type CodePlatform, type CodeSystem, codeSystem, MEANINGS, type Meaning } from '../language/code.ts';
import type { Command } from '../platforms/command.ts';
import { didYouMean } from '../platforms/nearest.ts';
import { shownPath } from '../platforms/shown-path.ts';
import { z } from '../platforms/zod.ts';
import { ProcessConversation } from '../runner/conversation.ts';
import { Silence } from '../runner/inbox.ts';
import { StartFailed } from '../runner/process.ts';
import { LOAD_MS } from '../runner/user-module.ts';
import { type Checked, platformsOf, type Reading } from './checked.ts';
import { TableError } from './read-table.ts';
import type { Returned } from './returned.ts';
import { TABLE_CALLS, type TableCall } from './table-terms.ts';

/** A table as a function of the user's. */
export type FunctionFile = { readonly kind: 'module'; readonly file: string } | LibraryFunction;

/** `int classify(long ret, int code)` in a shared library. It returns only numbers; their meanings and the platforms of the codes are given by options. */
export interface LibraryFunction {
  readonly kind: 'library';
  readonly file: string;
  readonly name: string;
  /** What the numbers that it returns mean. */
  readonly classes: ReadonlyMap<number, Meaning>;
  readonly calls: readonly TableCall[];
  readonly platforms: readonly CodePlatform[];
}

/** The machine is the cause of the failure, not the user's function. */
export class TableProcessFailed extends Error {
  override readonly name = 'TableProcessFailed';
}

/** ms that a module may take to load, and a function to answer. */
const PATIENCE = { loadMs: LOAD_MS, answerMs: 3000 };

/** What a function is asked about where nothing says which. */
export const USUAL_CALLS: readonly TableCall[] = ['recv', 'send'];

const exportsSchema = z.object({
  classes: z.record(z.string(), z.enum(MEANINGS)).optional(),
  calls: z.array(z.enum(TABLE_CALLS)).min(1).optional(),
  api: z.enum(['posix', 'winsock']).optional(),
});

/** `platform`: whose code it is. */
export type Question = Pick<Returned, 'call' | 'ret' | 'code'> & { readonly platform: CodeSystem };

/** What is said to the process in which a user's function runs (cli/table-process.ts). */
export type TableRequest =
  | { readonly type: 'load-module'; readonly file: string }
  | { readonly type: 'load-library'; readonly file: string; readonly name: string }
  | { readonly type: 'ask'; readonly question: Question };

const replySchema = z.discriminatedUnion('type', [
  /** `exports` has the module's exports classes, calls and api, not validated yet. */
  z.object({ type: z.literal('loaded'), exports: z.unknown() }),
  /** `reason` begins with the file, and its line where it is known. `machine`: the user's file is not at fault. */
  z.object({ type: z.literal('cannot'), reason: z.string(), machine: z.boolean() }),
  /** `kind` is what typeof said. */
  z.object({ type: z.literal('class'), value: z.union([z.string(), z.number(), z.null()]), kind: z.string() }),
  /** `reason`: the same */
  z.object({ type: z.literal('threw'), reason: z.string() }),
]);
export type TableReply = Zod.infer<typeof replySchema>;

type TableProcess = ProcessConversation<TableRequest, TableReply>;

/**
 * Calls a function for each of the return values, in a separate process, and keeps its results. `command` starts that process.
 *
 * @throws TableError where it cannot be loaded, throws, dies, does not return, or gives what is no class
 * @throws TableProcessFailed
 */
export async function checkedFunction(
  command: Command,
  source: FunctionFile,
  asked: readonly (Omit<Question, 'platform'> & { readonly codes: CodePlatform })[],
  patience = PATIENCE,
): Promise<Checked> {
  const child = await started(command);
  try {
    const said = exportsSchema.safeParse(await load(child, source, patience.loadMs));
    if (!said.success) throw new TableError(said.error.issues.map((issue) => `${shownPath(source.file)}: ${complaint(issue)}`).join('\n'));
    const { classes = {}, api } = said.data;
    const readings = new Map<string, Reading>();
    const { calls, platforms } = source.kind === 'library' ? source : { calls: said.data.calls ?? USUAL_CALLS, platforms: platformsOf(api) };
    for (const { codes, call, ret, code } of asked) {
      const question: Question = { platform: codeSystem(codes), call, ret, code };
      const key = keyOf(question);
      if (readings.has(key) || !calls.includes(call) || !platforms.includes(codes)) continue;
      readings.set(key, readingOf(source, classes, question, await ask(child, source, question, patience.answerMs)));
    }
    const name = basename(source.file);
    return {
      id: source.kind === 'library' ? `${name}:${source.name}` : name,
      library: source.file,
      versions: '',
      api: undefined,
      platforms,
      calls,
      file: source.file,
      read: (codes, { call, ret, code }) => readings.get(keyOf({ platform: codeSystem(codes), call, ret, code })),
    };
  } finally {
    await child.stop();
  }
}

export function readingOf(source: FunctionFile, classes: Readonly<Record<string, Meaning>>, question: Question, given: string | number): Reading {
  const returned = `${shownPath(source.file)}: ${describe(source, question)} returned ${JSON.stringify(given)}`;
  if (source.kind === 'library') {
    const meaning = source.classes.get(given as number);
    if (meaning !== undefined) return { className: String(given), meaning };
    // Where the return is a class or a number of bytes, any other positive one is bytes.
    if ((given as number) > 0) return { className: 'bytes', meaning: 'data' };
    throw new TableError(`${returned}, a number that --meanings does not list; it lists ${[...source.classes.keys()].join(', ')}`);
  }
  const meaning = Object.hasOwn(classes, given) ? classes[given] : MEANINGS.find((known) => known === given);
  if (meaning === undefined) {
    const names = Object.keys(classes);
    const declared = names.length === 0 ? 'the module exports no `classes`' : `not one of the exported \`classes\` (${names.join(', ')})`;
    throw new TableError(`${returned}: this is not a meaning (${MEANINGS.join(', ')}), and ${declared}${didYouMean([...names, ...MEANINGS], String(given))}`);
  }
  return { className: String(given), meaning };
}

/** What is wrong with an export, at its path: `classes.WAIT: …` */
function complaint({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return `export ${path.map(String).join('.')}: ${message}`;
}

function keyOf({ platform, call, ret, code }: Question): string {
  return `${platform} ${call} ${ret} ${code}`;
}

/** `classify(-1, 104, 'recv', 'linux')`, as it is called. */
function describe(source: FunctionFile, { ret, code, call, platform }: Question): string {
  return source.kind === 'library' ? `${source.name}(${ret}, ${code})` : `classify(${ret}, ${code}, '${call}', '${platform}')`;
}

async function started(command: Command): Promise<TableProcess> {
  try {
    return await ProcessConversation.start(command, replySchema);
  } catch (error) {
    if (error instanceof StartFailed) throw new TableProcessFailed(error.message);
    throw error;
  }
}

async function load(child: TableProcess, source: FunctionFile, ms: number): Promise<unknown> {
  const { file } = source;
  const request: TableRequest = source.kind === 'module' ? { type: 'load-module', file } : { type: 'load-library', file, name: source.name };
  const reply = await exchange(child, request, ms, `${shownPath(file)}: loading it`);
  if (reply.type === 'cannot') throw reply.machine ? new TableProcessFailed(reply.reason) : new TableError(reply.reason);
  return reply.type === 'loaded' ? reply.exports : {};
}

async function ask(child: TableProcess, source: FunctionFile, question: Question, ms: number): Promise<string | number> {
  const asked = describe(source, question);
  const reply = await exchange(child, { type: 'ask', question }, ms, `${shownPath(source.file)}: ${asked}`);
  if (reply.type === 'threw') throw new TableError(`${reply.reason} (thrown by ${asked})`);
  if (reply.type === 'class' && reply.value !== null) return reply.value;
  throw new TableError(`${shownPath(source.file)}: ${asked} returned ${reply.type === 'class' ? reply.kind : reply.type}; it must return a string or a number`);
}

async function exchange(child: TableProcess, request: TableRequest, ms: number, what: string): Promise<TableReply> {
  child.say(request);
  const reply = await child.hear({ ms });
  if (reply instanceof Silence) throw new TableError(`${what} ${reply.inWords(`did not return within ${ms / 1000} s`)}`);
  return reply;
}
