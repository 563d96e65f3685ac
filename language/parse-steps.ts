import type { Direction } from './call.ts';
import {
  type Described,
  DIRECTIONS,
  isRecorded,
  type OtherStep,
  PEEK,
  type PeerAct,
  type PeerStep,
  type PeerVerb,
  PREPARES,
  RECV_LENGTH,
  type ReceiveWord,
  type Sequence,
  type Step,
  type SubjectAct,
  type SubjectStep,
  type SubjectVerb,
  TRANSPORTS,
  type Transport,
} from './steps.ts';

/** The most that a sequence may hold: steps as they are made, and bytes of one call. */
const MAX_STEPS = 1000;
export const MAX_LENGTH = 1024 * 1024;
const MAX_TEXT = 20_000;
const MAX_MS = 60_000;

/** A text that is no sequence of steps: where, and what was expected there. */
export class StepsError extends Error {
  override readonly name = 'StepsError';
  readonly code = 'SOCKATLAS_STEPS';
  /** Counted from 1, in characters. */
  readonly line: number;
  readonly column: number;
  /** Without the place. */
  readonly problem: string;

  constructor(text: string, at: number, problem: string) {
    const before = text.slice(0, at).split('\n');
    const [line, column] = [before.length, (before.at(-1) as string).length + 1];
    super(`line ${line}, column ${column}: ${problem}`);
    this.line = line;
    this.column = column;
    this.problem = problem;
  }
}

/**
 * Reads a sequence of steps. `*` and `x` are read as `×`; `#` starts a comment.
 *
 * @throws StepsError
 */
export function parseSteps(text: string): Sequence {
  return new Parser(text, { mustRecord: true }).sequence() as Sequence;
}

/**
 * Reads the beginning of a sequence, which need not record anything: somebody else will make the calls.
 *
 * @throws StepsError
 */
export function parseBeginning(text: string): Sequence {
  return new Parser(text, {}).sequence() as Sequence;
}

/**
 * Reads what a scenario says that it does, where verbs may be other calls than this language has.
 *
 * @throws StepsError
 */
export function parseDescribed(text: string): Described {
  return new Parser(text, { hasOthers: true, mustRecord: true }).sequence();
}

interface Lexeme {
  readonly at: number;
  readonly text: string;
}

const LEXEME =
  /(?<skip>[^\S\n]+|#[^\n]*)|(?<mark>[;\n()~&:])|(?<times>[×*]|x(?=\s*\d))|(?<number>(?!0[xX][\da-fA-F])\d+)|(?<word>[A-Za-z_][\w.]*)|(?<other>0[xX][\da-fA-F]+|[\s\S])/gu;

class Parser {
  readonly #text: string;
  readonly #hasOthers: boolean;
  readonly #mustRecord: boolean;
  readonly #lexemes: Lexeme[] = [];
  #next = 0;

  constructor(text: string, { hasOthers = false, mustRecord = false }: { readonly hasOthers?: boolean; readonly mustRecord?: boolean }) {
    this.#text = text;
    this.#hasOthers = hasOthers;
    this.#mustRecord = mustRecord;
    if (text.length > MAX_TEXT) throw new StepsError(text, MAX_TEXT, `a sequence has at most ${MAX_TEXT} characters`);
    for (const { index, groups = {} } of text.matchAll(LEXEME)) {
      const { skip, mark, times, number, word } = groups;
      if (skip !== undefined) continue;
      const read = times !== undefined ? '×' : (mark ?? number ?? word);
      if (read === undefined) throw new StepsError(text, index, `${JSON.stringify(groups.other)} is in no step`);
      this.#lexemes.push({ at: index, text: read });
    }
  }

  sequence(): Described {
    const transport = this.#transport();
    const steps: (Step | OtherStep)[] = [];
    const rules = new Order(transport);
    let made = 0;
    for (;;) {
      while (this.#takes(';', '\n')) {}
      const begun = this.#next;
      const { text } = this.#peek();
      if (text === '') break;
      const verb = begun + (text === '(' ? 2 : 1);
      const step = this.#step();
      const problem = step.verb === 'other' ? undefined : rules.problemOf(step);
      if (problem !== undefined) this.#fail(problem, verb);
      made += step.count;
      if (made > MAX_STEPS) this.#fail(`a sequence has at most ${MAX_STEPS} steps`, begun);
      steps.push(step);
      const after = this.#peek().text;
      if (after !== '' && after !== ';' && after !== '\n') this.#expected('";", a new line or the end');
    }
    if (this.#mustRecord && !steps.some(isRecorded)) this.#fail('nothing is recorded: a sequence needs a call of S, such as "S recv"');
    return { transport, steps };
  }

  #transport(): Transport {
    while (this.#takes('\n')) {}
    if (this.#lexemes[this.#next + 1]?.text !== ':') return 'tcp';
    const transport = this.#oneOf('a transport', TRANSPORTS);
    this.#next++;
    return transport;
  }

  #step(): Step | OtherStep {
    const inBrackets = this.#takes('(');
    const actor = this.#oneOf('an actor', inBrackets ? ['S'] : ['S', 'P']);
    const at = this.#next;
    const act = this.#otherAct(actor) ?? (actor === 'S' ? this.#subjectAct() : this.#peerAct());
    const settles = !this.#takes('~');
    const count = this.#takes('×') ? this.#number('how often', 1, MAX_STEPS) : 1;
    if (inBrackets && !this.#takes(')')) this.#expected('")"');
    if (act.verb === 'other') return { actor, ...act, count, settles, recorded: actor === 'S' && !inBrackets };
    if (actor === 'P') return { actor, ...(act as PeerAct), count, settles };
    const { verb } = act as SubjectAct;
    if (PREPARES.has(verb) && !inBrackets) this.#fail(`"S ${verb}" prepares S, and stands in brackets: (S ${verb})`, at);
    if ((verb === 'close' || verb === 'fill') && count > 1) this.#fail(`"S ${verb}" is made once`, at);
    return { actor, ...(act as SubjectAct), count, settles, recorded: !inBrackets };
  }

  /** A verb that is none of the language's, with all that is written behind it. */
  #otherAct(actor: 'S' | 'P'): Pick<OtherStep, 'verb' | 'call' | 'words'> | undefined {
    const { text: call } = this.#peek();
    const known: readonly string[] = actor === 'S' ? SUBJECT_VERBS : PEER_VERBS;
    // A function may send what it has, rather than a length that it knows.
    const isKnown = known.includes(call) && !(call === 'send' && !/^\d/.test(this.#lexemes[this.#next + 1]?.text ?? ''));
    if (!this.#hasOthers || isKnown || !/^[A-Za-z_]/.test(call)) return undefined;
    this.#next++;
    const words: string[] = [];
    while (/^[A-Za-z_\d]/.test(this.#peek().text)) words.push((this.#lexemes[this.#next++] as Lexeme).text);
    return { verb: 'other', call, words };
  }

  #subjectAct(): SubjectAct {
    const verb = this.#oneOf('a verb of S', SUBJECT_VERBS);
    switch (verb) {
      case 'recv':
        return { verb, ...this.#received([]) };
      case 'peek':
        return { verb: 'recv', ...this.#received([PEEK]) };
      case 'send':
        return { verb, length: this.#length() };
      case 'shutdown':
        return { verb, direction: this.#direction() };
      case 'connect':
        return { verb, refused: this.#takes('refused') };
      case 'rcvtimeo':
        return { verb, ms: this.#number('ms', 1, MAX_MS) };
      default:
        return { verb };
    }
  }

  #peerAct(): PeerAct {
    const verb = this.#oneOf('a verb of P', PEER_VERBS);
    switch (verb) {
      case 'send':
        return { verb, length: this.#length() };
      case 'recv':
        return { verb, recorded: this.#takes('recorded') };
      case 'shutdown':
        return { verb, direction: this.#direction() };
      default:
        return { verb };
    }
  }

  /** [N] [FLAG…], in the order in which flags are written back. */
  #received(given: readonly ReceiveWord[]): { readonly length: number; readonly flags: readonly ReceiveWord[] } {
    const length = /^\d/.test(this.#peek().text) ? this.#length() : RECV_LENGTH;
    const flags = new Set(given);
    for (;;) {
      const flag = RECEIVE_WORDS.find((word) => this.#takes(word));
      if (flag === undefined) break;
      flags.add(flag);
    }
    return { length, flags: RECEIVE_WORDS.filter((word) => flags.has(word)) };
  }

  #length(): number {
    return this.#number('a number of bytes', 0, MAX_LENGTH);
  }

  #direction(): Direction {
    return this.#oneOf('a direction', DIRECTIONS);
  }

  #number(what: string, least: number, most: number): number {
    const { text } = this.#peek();
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most)) this.#expected(`${what}, ${least} to ${most}`);
    this.#next++;
    return number;
  }

  #oneOf<T extends string>(what: string, names: readonly T[]): T {
    const { text } = this.#peek();
    const name = names.find((known) => known === text);
    if (name === undefined) this.#expected(`${what}: ${names.join(', ')}`);
    this.#next++;
    return name as T;
  }

  #takes(...texts: readonly string[]): boolean {
    const takes = texts.includes(this.#peek().text);
    if (takes) this.#next++;
    return takes;
  }

  /** The end has the text ''. */
  #peek(): Lexeme {
    return this.#lexemes[this.#next] ?? { at: this.#text.length, text: '' };
  }

  #expected(what: string): never {
    const { text } = this.#peek();
    const got = text === '' ? 'the end' : text === '\n' ? 'a new line' : JSON.stringify(text);
    return this.#fail(`expected ${what}; got ${got}`);
  }

  #fail(problem: string, at = this.#next): never {
    throw new StepsError(this.#text, this.#lexemes[at]?.at ?? this.#text.length, problem);
  }
}

const RECEIVE_WORDS: readonly ReceiveWord[] = ['MSG_PEEK', 'MSG_WAITALL', 'MSG_OOB', 'NULL', '&'];
/** What can be asked of S, or prepares it. */
export const SUBJECT_VERBS: readonly (SubjectVerb | 'peek')[] = [
  'recv',
  'peek',
  'send',
  'so_error',
  'poll',
  'select',
  'shutdown',
  'getpeername',
  'getsockname',
  'readable',
  'connect',
  'accept',
  'close',
  'fill',
  'socket',
  'listen',
  'blocking',
  'rcvtimeo',
];
const PEER_VERBS: readonly PeerVerb[] = ['send', 'recv', 'shutdown', 'close', 'reset', 'kill', 'connect'];

/** What P can do with a socket of another kind than TCP's. */
const PEER_OF: Readonly<Partial<Record<Transport, readonly PeerVerb[]>>> = {
  unix: ['send', 'recv', 'shutdown', 'close', 'kill', 'connect'],
  udp: ['send', 'recv', 'close'],
  udp6: ['send', 'recv', 'close'],
};
const ENDS: ReadonlySet<PeerVerb> = new Set(['close', 'reset', 'kill']);

/** What may follow what. */
class Order {
  readonly #transport: Transport;
  /** S is what accept returned, unless the first step says otherwise. */
  #opening: 'accepted' | 'socket' | 'listen' = 'accepted';
  #isFirst = true;
  #isConnected = true;
  /** Which step of P's was its last. */
  #ended: PeerVerb | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  problemOf(step: Step): string | undefined {
    const problem = step.actor === 'S' ? this.#subject(step) : this.#peer(step);
    this.#isFirst = false;
    return problem;
  }

  #subject(step: SubjectStep): string | undefined {
    const { verb, count } = step;
    if (verb === 'socket' || verb === 'listen') {
      if (!this.#isFirst) return `(S ${verb}) is the first step, or none`;
      if (this.#isDatagram) return `(S ${verb}): a UDP socket is neither accepted nor listens; S is bound, and not connected`;
      this.#opening = verb;
      this.#isConnected = false;
    }
    if (step.verb === 'connect' && !step.refused) {
      if (this.#opening === 'listen') return '(S listen): nobody listens for its connect; P connects to it';
      if (this.#opening === 'socket') this.#isConnected = true;
    }
    if (verb === 'accept' && count > 1) return 'after an accept S is what it returned: it is made once';
    return undefined;
  }

  #peer({ verb, count }: PeerStep): string | undefined {
    const verbs = PEER_OF[this.#transport];
    if (verbs !== undefined && !verbs.includes(verb)) return `P of ${this.#transport}: choose one of ${verbs.join(', ')}`;
    if (this.#ended !== undefined) return `P ${verb}: P is gone since its ${this.#ended}`;
    if (verb === 'connect') {
      if (this.#opening !== 'listen') return 'P connect: only to an S that listens, (S listen)';
      if (this.#isConnected) return 'P connect: P is connected already';
      this.#isConnected = true;
    } else if (!this.#isConnected) return `P ${verb}: P is not connected yet`;
    if (ENDS.has(verb)) this.#ended = verb;
    if (count > 1 && (ENDS.has(verb) || verb === 'connect')) return `P ${verb} is made once`;
    return undefined;
  }

  get #isDatagram(): boolean {
    return this.#transport === 'udp' || this.#transport === 'udp6';
  }
}
