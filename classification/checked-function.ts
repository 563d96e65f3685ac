import { basename } from 'node:path';
import { type CodePlatform, codeSystem, MEANINGS, type Meaning } from '../language/code.ts';
import type { Command } from '../platforms/command.ts';
import { didYouMean } from '../platforms/nearest.ts';
import { shownPath } from '../platforms/shown-path.ts';
import { z } from '../platforms/zod.ts';
import { ProcessConversation } from '../runner/conversation.ts';
import { Silence } from '../runner/inbox.ts';
import { StartFailed } from '../runner/process.ts';
import type { Answer } from './answer.ts';
import { type Checked, platformsOf, type Reading } from './checked.ts';
import { TableError } from './read-table.ts';
import { type Question, type TableAnswer, type TableRequest, tableAnswerSchema } from './table-protocol.ts';
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
const PATIENCE = { loadMs: 15_000, answerMs: 3000 };

/** What a function is asked about where nothing says which. */
export const USUAL_CALLS: readonly TableCall[] = ['recv', 'send'];

const exportsSchema = z.object({
  classes: z.record(z.string(), z.enum(MEANINGS)).optional(),
  calls: z.array(z.enum(TABLE_CALLS)).min(1).optional(),
  api: z.enum(['posix', 'winsock']).optional(),
});

type Asked = Pick<Answer, 'call' | 'ret' | 'code'> & { readonly codes: CodePlatform };

/**
 * Calls a function for each of the return values, in a separate process, and keeps its results. `command` starts that process.
 *
 * @throws TableError where it cannot be loaded, throws, dies, does not return, or gives what is no class
 * @throws TableProcessFailed
 */
export async function checkedFunction(command: Command, source: FunctionFile, answers: readonly Asked[], patience = PATIENCE): Promise<Checked> {
  const child = await TableProcess.start(command, patience);
  try {
    const said = exportsSchema.safeParse(await child.load(source));
    if (!said.success) throw new TableError(said.error.issues.map((issue) => `${shownPath(source.file)}: ${complaint(issue)}`).join('\n'));
    const { classes = {}, api } = said.data;
    const readings = new Map<string, Reading>();
    const { calls, platforms } = source.kind === 'library' ? source : { calls: said.data.calls ?? USUAL_CALLS, platforms: platformsOf(api) };
    for (const { codes, call, ret, code } of answers) {
      const question: Question = { platform: codeSystem(codes), call, ret, code };
      const key = keyOf(question);
      if (readings.has(key) || !calls.includes(call) || !platforms.includes(codes)) continue;
      readings.set(key, readingOf(source, classes, question, await child.ask(source, question)));
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

function readingOf(source: FunctionFile, classes: Readonly<Record<string, Meaning>>, question: Question, answer: string | number): Reading {
  const given = `${shownPath(source.file)}: ${describe(source, question)} returned ${JSON.stringify(answer)}`;
  if (source.kind === 'library') {
    const meaning = source.classes.get(answer as number);
    if (meaning !== undefined) return { className: String(answer), meaning };
    // Where the return is a class or a number of bytes, any other positive one is bytes.
    if ((answer as number) > 0) return { className: 'bytes', meaning: 'data' };
    throw new TableError(`${given}, a number that --meanings does not list; it lists ${[...source.classes.keys()].join(', ')}`);
  }
  const meaning = Object.hasOwn(classes, answer) ? classes[answer] : MEANINGS.find((known) => known === answer);
  if (meaning === undefined) {
    const names = Object.keys(classes);
    const declared = names.length === 0 ? 'the module exports no `classes`' : `not one of the exported \`classes\` (${names.join(', ')})`;
    throw new TableError(`${given}: this is not a meaning (${MEANINGS.join(', ')}), and ${declared}${didYouMean([...names, ...MEANINGS], String(answer))}`);
  }
  return { className: String(answer), meaning };
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

/** The process that a function runs in. */
class TableProcess {
  readonly #conversation: ProcessConversation<TableRequest, TableAnswer>;

  readonly #patience: typeof PATIENCE;

  private constructor(conversation: ProcessConversation<TableRequest, TableAnswer>, patience: typeof PATIENCE) {
    this.#conversation = conversation;
    this.#patience = patience;
  }

  static async start(command: Command, patience: typeof PATIENCE): Promise<TableProcess> {
    try {
      return new TableProcess(await ProcessConversation.start(command, tableAnswerSchema), patience);
    } catch (error) {
      if (error instanceof StartFailed) throw new TableProcessFailed(error.message);
      throw error;
    }
  }

  async load(source: FunctionFile): Promise<unknown> {
    const request: TableRequest =
      source.kind === 'module' ? { type: 'load-module', file: source.file } : { type: 'load-library', file: source.file, name: source.name };
    const answer = await this.#exchange(request, this.#patience.loadMs, `${shownPath(source.file)}: loading it`);
    if (answer.type === 'cannot') throw answer.machine ? new TableProcessFailed(answer.reason) : new TableError(answer.reason);
    return answer.type === 'loaded' ? answer.exports : {};
  }

  async ask(source: FunctionFile, question: Question): Promise<string | number> {
    const asked = describe(source, question);
    const answer = await this.#exchange({ type: 'ask', question }, this.#patience.answerMs, `${shownPath(source.file)}: ${asked}`);
    if (answer.type === 'threw') throw new TableError(`${answer.reason} (thrown by ${asked})`);
    if (answer.type !== 'class' || answer.value === null) {
      const given = answer.type === 'class' ? answer.kind : answer.type;
      throw new TableError(`${shownPath(source.file)}: ${asked} returned ${given}; it must return a string or a number`);
    }
    return answer.value;
  }

  stop(): Promise<void> {
    return this.#conversation.stop();
  }

  async #exchange(request: TableRequest, ms: number, what: string): Promise<TableAnswer> {
    this.#conversation.say(request);
    const answer = await this.#conversation.hear({ ms });
    if (answer instanceof Silence) throw new TableError(`${what} ${answer.inWords(`did not return within ${ms / 1000} s`)}`);
    return answer;
  }
}
